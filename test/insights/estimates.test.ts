import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MalformedQuery } from '#insights';
import { START_MS, withInsights } from './kit.ts';

test('relevantfields, estimate, unmask and bins that begin later: their SQL and their rows', () =>
  withInsights(async (kit) => {
    const zones = ['a', 'a', 'b', 'b', 'b', 'c'];
    await kit.put(
      'test',
      zones.map((zone, index) => ({
        atMs: START_MS + index * 60_000,
        message: {
          id: `r${index}`,
          net: { zone },
          version: index % 2,
          ...(zone === 'b' ? { errorCode: 'Throttled' } : {}),
        },
      })),
    );
    await kit.golden('estimates');
    const { sql } = await kit.compile("filter zone = 'x' | stats count(*) by id | estimate");
    assert.match(sql, /SELECT toNullable\(toFloat64\(sum\(length\(message\)\)\)\) AS \w+ FROM events/);
  }));

test('what these commands do not do is refused', () =>
  withInsights(async (kit) => {
    const refused = (query: string, message: string) =>
      assert.rejects(kit.compile(query), (error) => {
        assert.ok(error instanceof MalformedQuery);
        assert.equal(error.message, message);
        return true;
      });
    await refused('estimate | limit 5', 'unexpected symbol found limit at line 1 and position 12');
    await refused(
      "parse @message /(?<x>.)/ | relevantfields x where y = 'z'",
      'Query cannot be compiled: relevantfields needs events, and fields of theirs.',
    );
    await refused('fields *', 'Logs Insights has no `fields *`: name the fields, or @message for all of an event.');
    await refused("fields strftime(@timestamp, 'Asia')", 'The format of strftime has A, which is not supported.');
    await refused('fields parseDate(x, "yyyy\'T")', "The format of parsedate has ', which is not supported.");
    await refused("fields formatDate(@timestamp, '100%')", 'The format of formatdate has %, which is not supported.');
    await refused('stats count(*) by bin(5m) offset 3', 'A period such as 5m is needed here.');
  }));
