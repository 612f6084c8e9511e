/**
 * Whatever a query's text is: a statement comes of it or a MalformedQuery with a place inside of the text, soon, and no
 * piece of the text stands in the statement. `FUZZ_INPUTS=1000000 FUZZ_RUNS=1000` looks longer, `FUZZ_SEED` elsewhere.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type CompiledQuery,
  compileQuery,
  earlierOf,
  type EventSource,
  MalformedQuery,
  parseQuery,
  subqueriesOf,
} from '#insights';
import { fuzzer, HOSTILE, seeds } from './fuzz.ts';
import { withInsights } from './kit.ts';
import { cpuMs } from '../support/cpu-time.ts';

const INPUTS = Number(process.env['FUZZ_INPUTS'] ?? 50_000);
/** Statements that the engine runs. */
const RUNS = Number(process.env['FUZZ_RUNS'] ?? 100);
const SEED = Number(process.env['FUZZ_SEED'] ?? 7);
/** Of compiling one text, with the pauses of a busy machine. */
const ONE_MS_MAX = 1_000;

const source: EventSource = { sql: 'FROM t', logGroup: "''", parameters: {}, others: ['a\u0001b', 'x', '*'] };
const lookups = new Map([['user_data', { fields: ['id', 'user_id', 'name', 'email'], records: 2 }]]);
const times = { startMs: 0, endMs: 86_400_000, nowMs: 86_400_000 };

function compile(text: string): CompiledQuery | undefined {
  try {
    const query = parseQuery(text);
    const nested = new Map(subqueriesOf(query).map((subquery) => [subquery, source] as const));
    const earlier = new Map(earlierOf(query, times).map(({ node }) => [node, source] as const));
    return compileQuery(query, { source, nested, earlier, lookups, times });
  } catch (error) {
    if (!(error instanceof MalformedQuery)) throw error;
    const { start, end } = error.span;
    const inside = Number.isInteger(start) && Number.isInteger(end) && start >= 0 && start <= end && end <= text.length;
    assert.ok(inside, `span ${start} to ${end}`);
    assert.ok(error.message.length > 0 && error.message.length < 1_000, 'the message has words, and few');
    return undefined;
  }
}

/** The statement's placeholders, and that nothing of the text stands in it. */
function checkStatement({ sql, matchedSql, parameters, lookups: cells }: CompiledQuery): void {
  const bound = new Set([...Object.keys(parameters), ...cells.map(({ parameter }) => parameter)]);
  for (const statement of [sql, matchedSql]) {
    assert.ok(!statement.toLowerCase().includes(HOSTILE), 'a piece of the text stands in the statement');
    for (const [, name = ''] of statement.matchAll(/\{(\w+):/g)) assert.ok(bound.has(name), `${name} is not bound`);
  }
}

test(`${INPUTS} texts made by chance give a statement or the place of what is wrong`, () => {
  const fuzz = fuzzer(SEED);
  let compiled = 0;
  for (let count = 0; count < INPUTS; count += 1) {
    const text = fuzz.next();
    const began = cpuMs();
    try {
      const statement = compile(text);
      if (statement) {
        compiled += 1;
        checkStatement(statement);
      }
      const tookMs = cpuMs() - began;
      assert.ok(tookMs < ONE_MS_MAX, `it took ${Math.round(tookMs)} ms`);
    } catch (error) {
      throw new Error(`input ${count} of seed ${SEED}: ${JSON.stringify(text).slice(0, 2_000)}`, { cause: error });
    }
  }
  // Texts that are refused at once would prove nothing of the compiler.
  assert.ok(compiled > INPUTS / 20, `only ${compiled} of ${INPUTS} were compiled`);
});

test('texts that are long or deep are refused, or compiled soon', () => {
  const nested = ['round(', 'toInt(', 'log(', 'jsonParse(', 'greatest(', 'trim(', 'decToHex(', '(a=', 'isPublicIP('];
  const plain = ['(', '[', 'not ', '-', '!', 'abs(', 'a.', 'a[0]', '1+', '2^', 'x in [', 'if(1,', '# \n', '`a`.', "''"];
  const deep = [...nested, ...plain, 'a or ', 'a like "x" or '];
  for (const piece of deep) {
    for (const prefix of ['filter ', 'fields ', 'stats count(*) by ', 'parse ', '']) {
      const text = (prefix + piece.repeat(10_000)).slice(0, 10_000);
      const began = cpuMs();
      const statement = compile(text);
      if (statement) checkStatement(statement);
      assert.ok((statement?.sql.length ?? 0) < 1_000_000, `${prefix}${piece}: a statement of ${statement?.sql.length}`);
      assert.ok(cpuMs() - began < 2 * ONE_MS_MAX, `${prefix}${piece}: too slow`);
    }
  }
  for (const piece of nested) {
    const text = `fields ${piece.repeat(60)}a${')'.repeat(60)} as x`;
    const began = cpuMs();
    const statement = compile(text);
    assert.ok((statement?.sql.length ?? 0) < 1_000_000, piece);
    assert.ok(cpuMs() - began < 2 * ONE_MS_MAX, `${piece}: too slow`);
  }
});

/** Each place where a query may have text of a user's own. */
const PLACES = [
  'fields H, HN as HN',
  'fields HN.a[0].b, HN["x"]',
  'display HN',
  'filter HN = HS and HS like HS or HN in [HS, HS] or HN like HR',
  'filterIndex HN = HS',
  'filter HN in (SOURCE HS | filter HN = HS | fields HN)',
  'SOURCE HS | limit 1',
  'stats count(*) as HN, pct(HN, 50), values(HN) by HN as HM, bin(5m)',
  'stats count(*) by HN | sort HN desc',
  'sort HN asc',
  'dedup HN',
  'parse HN HG as HM',
  'parse HN HR',
  'parse HN HR multi',
  'parse HN logfmt | fields HM',
  'parse HN csv as HM',
  'parse HN xml \'/a/HB[@HB="HB"]/@HB\' as HM',
  'parse HN json HS as HM',
  'json field=HN HS as HM',
  'pattern HN',
  'pattern HN | diff | filter HM = HS',
  'pattern HN | anomaly',
  'logcompare timeshift 7d | filter HM = HS',
  'unmask HN | expand HN | unnest HN into HM',
  'lookup user_data name as HN, email as HM OUTPUT user_id as HN',
  'cidrlookup user_data HN as name OUTPUTNEW user_id as HM',
  'join left=HB right=HC where HB.x = HC.y (SOURCE HS | fields HN, y)',
  'appendcols (SOURCE HS | fields HN)',
  'addtotals fieldname=HN HM',
  'autoregress HN as HM',
  'filldown HN HM*',
  'fillmissing with HS for HN',
  'outlier HN | accum HN as HM | sessionize HN as HM',
  'countFrequent HN, HM',
  'relevantfields HN, HM where HN = HS',
  'fields replace(HN, HS, HS), regexReplace(HN, HR, HS), trim(HN, HS), strftime(@timestamp, HS), split(HN, HS), concat(HS)',
  'fields parseDate(HN, HS), jsonParse(HS).HB, coalesce(HN, HS), case(HN = HS, HS), if(HN, HS, HM), md5(HS)',
  'filter strcontains(HN, HS) or startsWith(HN, HS) or jsonArrayContains(HN, HS)',
];

test('text of a user is in no statement, wherever it stands in the query', () => {
  const bad = [
    "'); DROP TABLE t --",
    '\\',
    "\\'",
    '" || 1',
    '}}{{',
    '{p0:String}',
    '\u0000',
    '`',
    '/* */',
    '\n--',
    '%s$1',
  ];
  let compiled = 0;
  for (const place of PLACES) {
    for (const piece of bad) {
      const bare = piece.replaceAll('`', '');
      const quoted = JSON.stringify(HOSTILE + piece);
      const text = place
        .replaceAll('HS', () => quoted)
        .replaceAll('HG', () => JSON.stringify(`${HOSTILE}${piece}*`))
        .replaceAll('HR', () => `/${HOSTILE}(?<${HOSTILE}>${HOSTILE})[${piece.replaceAll(/[\\\]/[]/g, '')}]/`)
        .replaceAll('HN', () => `\`${HOSTILE}${bare}\``)
        .replaceAll('HM', () => `\`${HOSTILE}2${bare}\``)
        .replaceAll('HB', HOSTILE)
        .replaceAll('HC', `${HOSTILE}c`)
        .replaceAll('H', HOSTILE);
      const statement = compile(text);
      if (!statement) continue;
      compiled += 1;
      checkStatement(statement);
    }
  }
  assert.ok(compiled > PLACES.length * bad.length * 0.8, `only ${compiled} were compiled`);
});

test('what was compiled of texts made by chance runs in the engine', () =>
  withInsights(async (kit) => {
    await kit.put('test', [
      { a: 1, x: 'one', level: 'ERROR', list: [1, { b: 2 }], text: 'id=1 id=2', long: 'y'.repeat(300) },
      { a: 'two', x: 2, ip: '10.0.0.1', json: '{"a":[1]}' },
      'plain text with user=ann',
    ]);
    const usable = seeds().filter((query) => compile(query) && !/source|lookup/i.test(query));
    const fuzz = fuzzer(SEED, usable);
    for (let ran = 0; ran < RUNS;) {
      const text = fuzz.next();
      if (/source|lookup/i.test(text) || !compile(text)) continue;
      ran += 1;
      await assert.doesNotReject(kit.rows(text), JSON.stringify(text));
    }
  }));
