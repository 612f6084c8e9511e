/** The number of matched events that is known without asking must be the one that the engine counts. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withInsights } from './kit.ts';

const EVENTS = Array.from({ length: 12 }, (_, index) => ({
  level: index % 3 === 0 ? 'ERROR' : 'INFO',
  index,
  list: [1, 2],
}));
/** With what is known: all events are matched, the rows are, what the rows tell together is, or nothing. */
const QUERIES: Readonly<Record<string, 'all' | 'rows' | 'sum' | 'nothing'>> = {
  'fields @message': 'all',
  'stats count(*) by level': 'all',
  'limit 3': 'all',
  'filter level = "ERROR"': 'rows',
  'filter level = "ERROR" | limit 5': 'rows',
  'filter level = "ERROR" | limit 5 | display index | sort index': 'rows',
  'filter level = "ERROR" | limit 4': 'nothing',
  'filter level = "ERROR" | limit 3': 'nothing',
  'filter level = "ERROR" | limit 5 | filter index > 3': 'nothing',
  'filter level = "ERROR" | stats count(*) by index': 'sum',
  'filter level = "ERROR" | stats count(*)': 'sum',
  'filter level = "NONE" | stats count(*)': 'sum',
  'filter level = "NONE" | stats count(*) by index': 'sum',
  'filter level = "ERROR" | stats sum(index) as s by index % 2 as odd | sort s desc | display s': 'sum',
  'filter level = "ERROR" | stats count(*) as n by index | fields n * 2 as twice | limit 5': 'sum',
  'filter level = "ERROR" | stats count(*) as matched by index | sort matched | limit 4': 'nothing',
  'filter level = "ERROR" | unnest list into one | stats count(*) by one': 'sum',
  'filter level = "ERROR" | stats count(*) as n by index | filter n > 1': 'nothing',
  'filter level = "ERROR" | stats count(*) as n by index | stats sum(n)': 'nothing',
  'filter level = "ERROR" | stats count(*) as n by index | limit 5 | limit 6': 'nothing',
  'stats count(*) as n by level | filter n > 5 | stats count(*)': 'all',
  'filter level = "ERROR" | dedup level': 'nothing',
};

test('matched events are counted only where their number is not known', () =>
  withInsights(async (kit) => {
    await kit.put('test', EVENTS);
    for (const [query, known] of Object.entries(QUERIES)) {
      const { sql, matchedSql, parameters, matchedAre, columns } = await kit.compile(query);
      const bounds = {
        parameters,
        signal: new AbortController().signal,
        timeoutMs: 60_000,
        memoryBytesMax: 100_000_000,
      };
      const rows = await Array.fromAsync(kit.store.query({ sql, ...bounds }));
      const [[counted] = []] = await Array.fromAsync(kit.store.query({ sql: matchedSql, ...bounds }));
      const byRows = rows.length < matchedAre.rowsBelow;
      const told = rows.reduce((sum, row) => sum + Number(row[columns.length]), 0);
      const number = matchedAre.all ? EVENTS.length : matchedAre.summed ? told : rows.length;
      assert.equal(matchedAre.all ? 'all' : byRows ? (matchedAre.summed ? 'sum' : 'rows') : 'nothing', known, query);
      if (known !== 'nothing') assert.equal(number, Number(counted), query);
    }
  }));
