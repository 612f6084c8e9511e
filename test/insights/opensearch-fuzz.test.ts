/**
 * PPL and SQL whose text is anything: a statement comes of it, or a MalformedQuery with a place inside of the text, soon; no
 * piece of the text stands in the statement. `FUZZ_INPUTS=1000000 FUZZ_RUNS=1000` looks longer, `FUZZ_SEED` elsewhere.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  type CompiledQuery,
  compileQuery,
  type EventSource,
  MalformedQuery,
  openSearchFunctionNames,
  parseQuery,
  type QueryLanguage,
  subqueriesOf,
} from '#insights';
import { fuzzer, HOSTILE, randomFrom } from './fuzz.ts';
import { withInsights } from './kit.ts';
import { cpuMs } from '../support/cpu-time.ts';

const INPUTS = Number(process.env['FUZZ_INPUTS'] ?? 30_000);
const RUNS = Number(process.env['FUZZ_RUNS'] ?? 100);
const SEED = Number(process.env['FUZZ_SEED'] ?? 11);
const ONE_MS_MAX = 1_000;

const source: EventSource = { sql: 'FROM t', parameters: {}, others: ['a\u0001b', 'x', '*'], logGroup: 'log_group' };
const times = { startMs: 0, endMs: 86_400_000, nowMs: 86_400_000 };
const LANGUAGES = ['SQL', 'PPL'] as const;

const WORDS: Readonly<Record<(typeof LANGUAGES)[number], readonly string[]>> = {
  SQL: (
    'SELECT FROM WHERE GROUP BY HAVING ORDER LIMIT OFFSET DISTINCT AS AND OR NOT IN LIKE BETWEEN IS NULL CASE WHEN THEN ELSE END ' +
    'CAST( COUNT(*) SUM( RANK() OVER( PARTITION JOIN LEFT ON UNION ALL INTERVAL 1 DAY || <> ; -- /* */ ( ) , * `test` t.n substring( ' +
    'trim( extract( EXISTS( WITH date_trunc( @timestamp'
  ).split(' '),
  PPL: (
    'source = [ ] lg: search where fields - + stats by span( , 5m 1M eval parse rename as sort head from top rare dedup keepempty=true ' +
    'fillnull with in using expand flatten trendline sma( eventstats join left right on case( else between and is null | || // /* ;'
  ).split(' '),
};

function seedsOf(language: string): string[] {
  const path = join(import.meta.dirname, 'golden', `${language.toLowerCase()}.json`);
  return (JSON.parse(readFileSync(path, 'utf8')) as { readonly query: string }[]).map(({ query }) => query);
}

function compile(text: string, language: QueryLanguage): CompiledQuery | undefined {
  try {
    const query = parseQuery(text, language);
    const nested = new Map(subqueriesOf(query).map((subquery) => [subquery, source] as const));
    return compileQuery(query, { source, nested, times });
  } catch (error) {
    if (!(error instanceof MalformedQuery)) throw error;
    const { start, end } = error.span;
    const inside = Number.isInteger(start) && Number.isInteger(end) && start >= 0 && start <= end && end <= text.length;
    assert.ok(inside, `span ${start} to ${end}`);
    assert.ok(error.message.length > 0, 'the message has words');
    return undefined;
  }
}

function checkStatement({ sql, matchedSql, parameters }: CompiledQuery): void {
  for (const statement of [sql, matchedSql]) {
    assert.ok(!statement.toLowerCase().includes(HOSTILE), 'a piece of the text stands in the statement');
    for (const [, name = ''] of statement.matchAll(/\{(\w+):/g)) assert.ok(name in parameters, `${name} is not bound`);
  }
}

/** Texts made by chance of the golden queries, with words of the language put in. */
function texts(language: (typeof LANGUAGES)[number], from: readonly string[] = seedsOf(language)): () => string {
  const fuzz = fuzzer(SEED, from);
  const random = randomFrom(SEED);
  const words = WORDS[language];
  return () => {
    const text = fuzz.next();
    if (random() < 0.5) return text;
    const at = Math.floor(random() * (text.length + 1));
    return `${text.slice(0, at)} ${words[Math.floor(random() * words.length)]} ${text.slice(at)}`;
  };
}

for (const language of LANGUAGES) {
  test(`${INPUTS} texts in ${language} made by chance give a statement or the place of what is wrong`, () => {
    const next = texts(language);
    let compiled = 0;
    for (let count = 0; count < INPUTS; count += 1) {
      const text = next();
      const began = cpuMs();
      try {
        const statement = compile(text, language);
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
    assert.ok(compiled > INPUTS / 50, `only ${compiled} of ${INPUTS} were compiled`);
  });
}

test('texts that are long or deep are refused, or compiled soon', () => {
  const deep = [
    '(',
    '[',
    'not ',
    '-',
    '+',
    'abs(',
    'a.',
    'a[0]',
    '1+',
    'x in (',
    'if(1,',
    'case when ',
    'cast(',
    "''",
    '/*',
    'a || ',
  ];
  for (const [language, prefixes] of [
    [
      'SQL',
      ['', 'SELECT ', 'SELECT a FROM t WHERE ', 'SELECT a FROM (', 'SELECT a FROM t ORDER BY ', 'SELECT a FROM `'],
    ],
    ['PPL', ['', 'where ', 'eval a = ', 'stats ', 'source = ', 'sort ']],
  ] as const) {
    for (const piece of deep) {
      for (const prefix of prefixes) {
        const text = (prefix + piece.repeat(10_000)).slice(0, 10_000);
        const began = cpuMs();
        const statement = compile(text, language);
        if (statement) checkStatement(statement);
        assert.ok(cpuMs() - began < 2 * ONE_MS_MAX, `${prefix}${piece}: too slow`);
      }
    }
  }
});

/** HN stands for a name in backticks, HS for a text in quotes. */
const PLACES: Readonly<Record<(typeof LANGUAGES)[number], readonly string[]>> = {
  SQL: [
    'SELECT HN AS HM, HS FROM HN',
    'SELECT HN FROM `logGroups(logGroupIdentifier: [HS])` AS HM WHERE HM.HN = HS',
    'SELECT HN FROM `filterIndex(HS = HS, HS IN [HS])`',
    'SELECT a FROM t WHERE HN LIKE HS OR HN RLIKE HS OR HN IN (HS, HS) OR HN BETWEEN HS AND HS',
    'SELECT HN, COUNT(*) AS HM FROM t GROUP BY HN HAVING HM > HS ORDER BY HM DESC',
    'SELECT CASE HN WHEN HS THEN HS ELSE HN END AS HM FROM t',
    'SELECT a.HN, b.HM FROM HN AS a JOIN HM AS b ON a.HN = b.HM AND b.HM <> HS',
    'SELECT a FROM t WHERE HN IN (SELECT HM FROM HN WHERE HM = HS)',
    'SELECT HM FROM (SELECT HN AS HM FROM t) AS s WHERE HM = HS',
    'SELECT RANK() OVER (PARTITION BY HN ORDER BY HM DESC) AS HM, LAG(HN, 1, HS) OVER (ORDER BY HN) FROM t',
    'SELECT HN FROM t UNION ALL SELECT HS FROM HM',
    'SELECT CONCAT(HN, HS), REPLACE(HN, HS, HS), TRIM(HS FROM HN), SPLIT(HN, HS), REGEXP_REPLACE(HN, HS, HS), CONCAT_WS(HS, HN) FROM t',
    'SELECT DATE_FORMAT(HN, HS), TO_TIMESTAMP(HN, HS), GET_JSON_OBJECT(HN, HS), SUBSTRING_INDEX(HN, HS, 2), SPLIT_PART(HN, HS, 1) FROM t',
    'SELECT HN[HS], NULLIF(HN, HS), JSON_OBJECT(HS, HN), CAST(HS AS INT), TIMESTAMP HS, DATE HS FROM t',
    'SELECT COLLECT_SET(HN), MIN(HN), MAX_BY(HN, HM), COUNT(DISTINCT HN, HM) FROM t GROUP BY HS',
  ],
  PPL: [
    'source = [lg:HN, HM = HS] HN = HS | fields HM',
    'search source = HN | where HN = HS and HN like HS and HN in (HS) and HN not between HS and HS',
    'where HN in [ source = HN | where HM = HS | fields HM ] | fields - HN',
    'stats count(HN) as HM, take(HN, 2), percentile(HN, 50) by span(HN, 5), HN as HM | sort - HM, + HN',
    'eval HM = concat(HN, HS), HN = case(HM = HS, HS else HN) | fields HM',
    "parse HN '(?<hostile7>.*)H' | rename HN as HM",
    'top 2 HN by HM | rare HM',
    'dedup 2 HN, HM keepempty=true | head 3 from 1',
    'fillnull with HS in HN, HM | fillnull using HN = HS, HM = HN',
    'expand HN as HM | flatten HN as (HM, HN)',
    'eventstats avg(HN) as HM by HM | trendline sort - HN sma(2, HN) as HM',
    'left join left=HN, right=HM on HN.a = HM.b and HM.c = HS HN | fields HM.b',
    'eval HM = cidrmatch(HN, "10.0.0.0/8"), HN = json_extract(HN, HS), HM = date_format(HN, HS), HN = like(HN, HS)',
  ],
};

test('text of a user is in no statement, wherever it stands in the query', () => {
  const bad = [
    "'); DROP TABLE t --",
    '\\',
    "\\'",
    '" || 1',
    '}}{{',
    '{p0:String}',
    '\u0000',
    '/* */',
    '\n--',
    '%s$1',
    '``',
  ];
  let compiled = 0;
  let all = 0;
  for (const language of LANGUAGES) {
    for (const place of PLACES[language]) {
      for (const piece of bad) {
        const bare = piece.replaceAll('`', '');
        const text = place
          .replaceAll('HS', () => `'${`${HOSTILE}${bare}`.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`)
          .replaceAll('HN', () => `\`${HOSTILE}${bare}\``)
          .replaceAll('HM', () => `\`${HOSTILE}2${bare}\``);
        all += 1;
        const statement = compile(text, language);
        if (!statement) continue;
        compiled += 1;
        checkStatement(statement);
      }
    }
  }
  assert.ok(compiled > all / 2, `only ${compiled} of ${all} were compiled`);
});

test('what was compiled of texts made by chance runs in the engine', () =>
  withInsights(async (kit) => {
    await kit.put('test', [
      { n: 1, level: 'ERROR', model: 'a-1', tokens: 5, user: { name: 'ann' }, tags: ['x', { b: 2 }], ok: true },
      { n: 'two', tokens: 'many', ip: '10.0.0.1', json: '{"a":[1]}' },
      'plain text with user=ann',
    ]);
    await kit.put('users', [{ name: 'ann', team: 'red', level: 1 }]);
    for (const language of LANGUAGES) {
      const next = texts(language);
      for (let ran = 0; ran < RUNS;) {
        const text = next();
        if (!compile(text, language)) continue;
        ran += 1;
        await assert.doesNotReject(kit.rows(text, undefined, undefined, language), JSON.stringify(text));
      }
    }
  }));

/** What stands in a call, by turns: fields of all kinds and values that make functions stumble. */
const ARGUMENTS = [
  ['n', 'tokens', 'model', 'missing', 'tags', 'user', 'ok', '`@timestamp`', '`@message`'],
  [
    "''",
    '0',
    '-1',
    '1',
    '2.5',
    "'a'",
    "'%'",
    'NULL',
    'TRUE',
    "'day'",
    "'2026-01-31'",
    "'yyyy'",
    "'$.a'",
    '1e300',
    "'10.0.0.0/8'",
  ],
  ["'b'", '3', '-5', "'ab'", 'model', 'NULL', "'yyyy'", '1000000000'],
] as const;

test('every function takes whatever the events hold, or is refused before it runs', () =>
  withInsights(async (kit) => {
    await kit.put('test', [
      { n: 1, tokens: 5, model: 'a-1', user: { name: 'ann' }, tags: ['x', { b: 2 }, null, 3], ok: true },
      { n: 'two', tokens: -1e20, model: '', tags: [], ok: false },
      { n: '2026-02-30', tokens: 0.1, model: '\u{1F600}\u0000\\', tags: 'x', user: 'y' },
      'plain text',
    ]);
    let calls = 0;
    for (const name of openSearchFunctionNames('SQL')) {
      const expressions = [`${name}()`];
      for (const [place, first] of ARGUMENTS[0].entries()) {
        expressions.push(`${name}(${first})`);
        for (const [index, second] of ARGUMENTS[1].entries()) {
          if ((index + place) % 5 !== 0) continue;
          const third = ARGUMENTS[2][(index + calls) % ARGUMENTS[2].length];
          expressions.push(`${name}(${first}, ${second})`, `${name}(${first}, ${second}, ${third})`);
        }
        expressions.push(
          `${name}(1, ${first})`,
          `${name}(DAY, 1, ${first})`,
          `${name}(DAY, n, ${first})`,
          `${name}('day', ${first})`,
          `${name}(${first}, '5 minutes')`,
        );
      }
      const taken = expressions.filter((one) => compile(`SELECT ${one} AS x FROM t`, 'SQL'));
      assert.ok(taken.length > 0, `${name} takes nothing`);
      calls += taken.length;
      const columns = taken.map((one, index) => `${one} AS c${index}`).join(', ');
      const pieces = columns.length < 10_000 ? [columns] : halves(taken);
      for (const piece of pieces) {
        await assert.doesNotReject(
          kit.rows(`SELECT ${piece} FROM test`, undefined, undefined, 'SQL'),
          piece.slice(0, 3_000),
        );
      }
    }
    assert.ok(calls > 2_000, `${calls} calls`);
  }));

/** Columns in texts that a query may be as long as. */
function halves(expressions: readonly string[]): string[] {
  const named = expressions.map((one, index) => `${one} AS c${index}`);
  const size = 60;
  return Array.from({ length: Math.ceil(named.length / size) }, (_, index) =>
    named.slice(index * size, (index + 1) * size).join(', '),
  );
}
