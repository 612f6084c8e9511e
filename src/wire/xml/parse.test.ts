import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseXml, XML_BYTES_MAX, XML_DEPTH_MAX, XML_ELEMENTS_MAX, XmlSyntaxError } from './parse.ts';

function parse(text: string) {
  return parseXml(Buffer.from(text));
}

function refused(text: string | Buffer): void {
  assert.throws(() => parseXml(Buffer.from(text)), XmlSyntaxError, String(text).slice(0, 80));
}

test('elements, attributes, text, CDATA and references are read; comments and instructions are not', () => {
  const root = parse(
    '\ufeff<?xml version="1.0"?>\n<!-- a <b> --><ns:Root xmlns:ns="urn:x" a=\'1 "2"\'>\r\n' +
      '<Key>a &lt;b&gt; &amp; &quot;c&quot; &apos;&#x1F600;&#10;</Key><?pi?><Empty/><Data><![CDATA[<raw> & ]]>]]&gt;</Data></ns:Root>\n',
  );
  assert.equal(root.name, 'Root');
  assert.deepEqual(
    [...root.attributes],
    [
      ['xmlns:ns', 'urn:x'],
      ['a', '1 "2"'],
    ],
  );
  assert.deepEqual(
    root.children.map(({ name, text }) => [name, text]),
    [
      ['Key', 'a <b> & "c" \'😀\n'],
      ['Empty', ''],
      ['Data', '<raw> & ]]>'],
    ],
  );
  assert.equal(root.text, '\n');
});

test('what is not well-formed is refused', () => {
  for (const text of [
    '',
    ' ',
    'text',
    '<a>',
    '<a',
    '</a>',
    '<a></b>',
    '<a/><b/>',
    '<a/>text',
    '<a b></a>',
    '<a b=c/>',
    '<a b="1" b="2"/>',
    '<a b="1"c="2"/>',
    '<a b="<"/>',
    '<a b="1/>',
    '<1a/>',
    '< a/>',
    '<a>&unknown;</a>',
    '<a>&</a>',
    '<a>& b</a>',
    '<a>&#0;</a>',
    '<a>&#xD800;</a>',
    '<a>&#x110000;</a>',
    '<a>&#1;</a>',
    '<a>\u0001</a>',
    '<a><!-- </a>',
    '<a><![CDATA[ </a>',
    '<![CDATA[a]]><a/>',
    '<a/ >',
    '<?xml <a/>',
  ]) {
    refused(text);
  }
  refused(Buffer.from([0x3c, 0x61, 0x3e, 0xff, 0x3c, 0x2f, 0x61, 0x3e]));
});

test('a DOCTYPE is refused, so that entities can neither expand nor fetch', () => {
  refused('<!DOCTYPE a><a/>');
  refused('<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>');
  const laughs = Array.from({ length: 10 }, (_, at) => `<!ENTITY l${at + 1} "${`&l${at};`.repeat(10)}">`).join('');
  refused(`<!DOCTYPE a [<!ENTITY l0 "lol">${laughs}]><a>&l10;</a>`);
});

test('depth, elements and bytes are bounded', () => {
  assert.equal(parse('<a>'.repeat(XML_DEPTH_MAX) + '</a>'.repeat(XML_DEPTH_MAX)).name, 'a');
  refused('<a>'.repeat(XML_DEPTH_MAX + 1) + '</a>'.repeat(XML_DEPTH_MAX + 1));
  refused('<a>'.repeat(1_000_000));
  refused(`<r>${'<a/>'.repeat(XML_ELEMENTS_MAX)}</r>`);
  refused(`<r>${' '.repeat(XML_BYTES_MAX)}</r>`);
});

test('a document cut anywhere, or with a byte changed, is read or refused but never breaks the parser', () => {
  const whole = Buffer.from(
    '<?xml version="1.0"?><Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Object a="b"><Key>k&#x41;&amp;</Key></Object><![CDATA[x]]><!--c--></Delete>',
  );
  for (let at = 0; at < whole.length; at += 1) {
    refused(whole.subarray(0, at));
    for (const byte of [0x3c, 0x3e, 0x26, 0x22, 0x00, 0xff, 0x20]) {
      const changed = Buffer.from(whole);
      changed[at] = byte;
      try {
        parseXml(changed);
      } catch (error) {
        assert.ok(error instanceof XmlSyntaxError, String(error));
      }
    }
  }
});
