import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MalformedQuery, parseQuery } from '#insights';
import { withInsights } from './kit.ts';

test('parse in all its forms: its SQL and its rows', () =>
  withInsights(async (kit) => {
    await kit.put('test', [
      { text: 'id=1 id=22 name="x y" id=333', status: 'event' },
      { text: 'level=warn msg="a \\"quoted\\" text" status=503 path=/a/b?c=d', status: 'event' },
      { line: 'ann, 42 ,"a, ""b""",,end' },
      {
        xml: `<?xml version="1.0"?><!-- <a><b>no</b></a> --><a id="7"><c><b>deep</b></c><b>one &amp; <i>two</i></b><b>three</b><d name='x'/><d name="y">Y</d><t><![CDATA[raw]]></t></a>`,
      },
      { payload: '{"a":{"b":[{"c":1},{"c":"two"}],"d.e":true,"null":null}}' },
    ]);
    await kit.put('lines', ['user=ann, method:GET,\n    latency := 15', 'user=bob, method:PUT, latency := 99']);
    await kit.golden('parse');
  }));

test('parse refuses what it cannot do, with the place', () => {
  const place = (query: string): string => {
    try {
      parseQuery(query);
    } catch (error) {
      assert.ok(error instanceof MalformedQuery);
      return `${query.slice(error.span.start, error.span.end)}: ${error.message}`;
    }
    return '';
  };
  assert.match(place("parse @message xml 'a/b' as x"), /^'a\/b': A path of XML is written like/);
  assert.match(place("parse xml '/a/b[2]' as x"), /^'\/a\/b\[2\]': /);
  assert.match(place('parse json "a..b" as x'), /^"a..b": A path of JSON/);
  assert.match(place('parse /(?<a>x)/ as b multi'), /^multi: With multi the groups name the fields/);
  assert.match(place('parse /(?<a>x)(/'), /^\/\(\?<a>x\)\(\/: The regular expression cannot be compiled: /);
  assert.match(place('parse /(?<a>x{1001})/'), /a repetition is too large/);
  assert.match(place('parse /(?<a>x)\n| limit 5'), /The regular expression has no end/);
});
