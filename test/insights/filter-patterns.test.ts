/** The two forms of a filter pattern, SQL on the real engine and the predicate, select the same events. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileFilterSql, compileTest, Parameters, parseFilterPattern } from '#insights';
import { Random } from '../recovery/random.ts';
import { type InsightsKit, withInsights } from './kit.ts';

const GROUP = 'patterns';
const EVENTS = 250;
const PATTERNS_EACH = 60;

test('SQL and predicate agree on generated patterns and events', () =>
  withInsights(async (kit) => {
    const random = new Random(20261121);
    const events = Array.from({ length: EVENTS }, () => anyEvent(random));
    await kit.put(GROUP, events);
    let [pairs, hits] = [0, 0];
    for (const make of [termsPattern, jsonPattern, delimitedPattern]) {
      for (let count = 0; count < PATTERNS_EACH; count += 1) {
        const text = make(random);
        const matching = compileTest(parseFilterPattern(text));
        const expected = events.flatMap((event, index) => (matching.matches(event) ? [index] : []));
        const found = await selected(kit, text, 'matching');
        assert.deepEqual(found, expected, `${text}\n${firstDifference(events, found, expected)}`);
        pairs += events.length;
        hits += expected.length;
      }
    }
    assert.ok(pairs >= 40_000, `${pairs} pairs`);
    // Neither form says yes or no to everything.
    assert.ok(hits > pairs / 50 && hits < pairs / 2, `${hits} of ${pairs} matched`);
  }));

test('messages that the engine cannot read as JSON come through as candidates', () =>
  withInsights(async (kit) => {
    const events = [
      '{"a":"x","n":123456789012345678901234567890}',
      '{"a":"x","n":1e400}',
      String.raw`{"a":"x","n":"\ud800"}`,
      `{"a":"x","n":${'['.repeat(1_100)}${']'.repeat(1_100)}}`,
      '{"a":"y","n":1}',
      'text',
    ];
    await kit.put(GROUP, events);
    const { matches } = compileTest(parseFilterPattern('{ $.a = x }'));
    assert.deepEqual(events.map(matches), [true, true, true, true, false, false]);
    assert.deepEqual(await selected(kit, '{ $.a = x }', 'candidates'), [0, 1, 2, 3]);
  }));

async function selected(kit: InsightsKit, text: string, form: 'matching' | 'candidates'): Promise<number[]> {
  const parameters = new Parameters();
  const condition = compileFilterSql(parseFilterPattern(text), parameters)[form] ?? '1';
  assert.ok(!condition.includes(MARK), 'user text stands in the SQL');
  const sql = `SELECT sequence FROM varve.log_events WHERE generation = '${GROUP}' AND ${condition} ORDER BY sequence`;
  const bounds = { signal: new AbortController().signal, timeoutMs: 60_000, memoryBytesMax: 500_000_000 };
  const rows: number[] = [];
  for await (const [sequence] of kit.store.query({ sql, parameters: parameters.values, ...bounds })) {
    rows.push(Number(sequence) - 1);
  }
  return rows;
}

function firstDifference(events: readonly string[], found: readonly number[], expected: readonly number[]): string {
  const index = events.findIndex((_, at) => found.includes(at) !== expected.includes(at));
  return `SQL says ${found.includes(index)}, the predicate ${expected.includes(index)}: ${events[index]}`;
}

/** In generated texts, so that it shows when one of them reaches the SQL. */
const MARK = 'mark';
const WORDS = [
  'ERROR',
  'ERRORCODE',
  'error',
  'GET',
  MARK,
  'x',
  '404',
  '4',
  'a_b',
  "it's",
  'é',
  '🙂',
  '100%',
  '\\',
  'a\nb',
  '',
  '-3',
  '1e3',
  '007',
];
const KEYS = ['a', 'b', 'cluster.name', 'id'];

/** A whole number below the bound. */
const below = (random: Random, bound: number): number => Math.floor(random.next() * bound);
const pick = <T>(random: Random, items: readonly T[]): T => items[below(random, items.length)] as T;

function anyEvent(random: Random): string {
  switch (below(random, 4)) {
    case 0:
      return sentence(random);
    case 1:
      return fieldsLine(random);
    case 2:
      return JSON.stringify(anyObject(random, 3));
    default:
      return pick(random, [
        '',
        '[1]',
        '"x"',
        'null',
        '{"a":',
        ' {"a": 1.0, "b" : [ ] }\n',
        '\uFEFF{"a":"x"}',
        '{"a":1E5,"b":-0,"id":9007199254740993}',
        '{"a":12345678901234567890,"b":1e21,"id":1e-7}',
        '{"a":{"0":"x"},"b":{"a":"404"}}',
        '[open bracket "open quote',
        '"quoted \\" field" [a b]c "" []',
        '\t tab \v vertical\u00a0hard',
      ]);
  }
}

function sentence(random: Random): string {
  return Array.from({ length: 1 + below(random, 6) }, () => pick(random, WORDS)).join(
    pick(random, [' ', '  ', ',', '']),
  );
}

function fieldsLine(random: Random): string {
  const field = (): string => {
    const text = pick(random, WORDS);
    return pick(random, [text, text, `[${text} ${text}]`, `"${text} x"`, String(below(random, 600))]);
  };
  return Array.from({ length: 1 + below(random, 5) }, field).join(' ');
}

function anyObject(random: Random, depth: number): object {
  return Object.fromEntries(KEYS.flatMap((key) => (below(random, 3) === 0 ? [] : [[key, anyValue(random, depth)]])));
}

function anyValue(random: Random, depth: number): unknown {
  switch (below(random, depth > 0 ? 8 : 5)) {
    case 0:
    case 1:
      return pick(random, WORDS);
    case 2:
      return pick(random, [0, 1, 4, 404, -3, 0.1, 1000, 123456.789, 5e-324, 2 ** 53, 0.30000000000000004]);
    case 3:
      return below(random, 2) === 0;
    case 4:
      return null;
    case 5:
    case 6:
      return Array.from({ length: below(random, 3) }, () => anyValue(random, depth - 1));
    default:
      return anyObject(random, depth - 1);
  }
}

const quoted = (text: string): string => `"${text.replaceAll(/[\\"]/g, '\\$&')}"`;

function regex(random: Random): string {
  const atom = (): string =>
    pick(random, [
      'E',
      'R',
      'x',
      '4',
      '.',
      '[a-z]',
      '[^a-z]',
      '[0-9_.]',
      '\\d',
      '\\D',
      '\\s',
      '\\S',
      '\\w',
      '\\W',
      '\\x45',
      '\\.',
      '\\\\',
      '[\\D4]',
      '-',
    ]);
  const item = (): string => atom() + pick(random, ['', '', '', '*', '+', '?', '{2}', '{1,3}', '{0,2}', '+?', '{2,}']);
  const sequence = (): string =>
    (below(random, 4) === 0 ? '^' : '') +
    Array.from({ length: 1 + below(random, 3) }, item).join('') +
    (below(random, 4) === 0 ? '$' : '');
  return `%${Array.from({ length: 1 + below(random, 2) }, sequence).join('|')}%`;
}

function termsPattern(random: Random): string {
  const term = (): string => {
    const text = pick(random, WORDS);
    const body =
      below(random, 4) === 0 ? regex(random) : /^\w+$/.test(text) && below(random, 2) === 0 ? text : quoted(text);
    return pick(random, ['', '', '-', '?']) + body;
  };
  return Array.from({ length: 1 + below(random, 3) }, term).join(' ');
}

function value(random: Random, regexes: { left: number }): string {
  if (regexes.left > 0 && below(random, 4) === 0) {
    regexes.left -= 1;
    return `${pick(random, ['=', '!='])} ${regex(random)}`;
  }
  if (below(random, 3) === 0) {
    return `${pick(random, ['=', '!=', '<', '<=', '>', '>='])} ${pick(random, ['0', '4', '404', '-3', '+1e3', '0.1', '123456.789', '1e21', '0.30000000000000004'])}`;
  }
  const text = pick(random, WORDS);
  const glob = pick(random, [
    quoted(text),
    `"*${quoted(text).slice(1)}`,
    `"${quoted(text).slice(1, -1)}*"`,
    '*',
    '4*',
    '"E*R*"',
    '"\\*"',
    '12345678901234567890',
  ]);
  return `${pick(random, ['=', '!='])} ${glob}`;
}

function jsonPattern(random: Random): string {
  const limits = { left: 2, wildcards: 3 };
  const selector = (): string => {
    let wildcard = limits.wildcards > 0;
    let text = '$';
    for (let steps = 1 + below(random, 3), at = 0; at < steps; at += 1) {
      const choice = below(random, wildcard ? 6 : 4);
      if (choice >= 4) {
        wildcard = false;
        limits.wildcards -= 1;
        text += at === 0 || choice === 5 ? '.*' : '[*]';
      } else if (choice === 3 && at > 0) text += `[${below(random, 3)}]`;
      else {
        const key = pick(random, KEYS);
        text += key.includes('.') ? `.['${key}']` : `.${key}`;
      }
    }
    return text;
  };
  const condition = (): string => {
    const what = pick(random, [' IS NULL', ' IS TRUE', ' is false', ' NOT EXISTS', '', '', '', '', '', '']);
    return selector() + (what || ` ${value(random, limits)}`);
  };
  return `{ ${compound(random, condition)} }`;
}

function compound(random: Random, condition: () => string, depth = 2): string {
  const operand = (): string =>
    depth > 0 && below(random, 5) === 0 ? `(${compound(random, condition, depth - 1)})` : condition();
  const operands = Array.from({ length: 1 + below(random, 3) }, operand);
  return operands.reduce((all, one) => `${all} ${pick(random, ['&&', '||'])} ${one}`);
}

function delimitedPattern(random: Random): string {
  const limits = { left: 2 };
  const field = (name: string): string => {
    if (below(random, 2) === 0) return below(random, 4) === 0 ? '' : name;
    return compound(random, () => `${name} ${value(random, limits)}`, 1);
  };
  const fields = Array.from({ length: 1 + below(random, 4) }, (_, index) => field(`w${index}`));
  if (below(random, 2) === 0) fields.splice(below(random, fields.length + 1), 0, '...');
  if (fields.length === 1 && fields[0] === '') return '[w]';
  return `[${fields.join(', ')}]`;
}
