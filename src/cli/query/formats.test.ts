/** Rows as table, JSON and CSV; and the place where a query is wrong. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { widthOf } from '../terminal/width.ts';
import { columnsOf, columnsOfQuery, type Row } from './columns.ts';
import { csv } from './csv.ts';
import { json } from './json.ts';
import { pointedAt } from './malformed.ts';
import { table } from './table.ts';

const plain = (text: string): string => text;
const row = (values: Readonly<Record<string, string>>): Row => new Map(Object.entries(values));

function tableText(columns: readonly string[], rows: readonly Row[], width?: number): string {
  return [...table(columns, rows, { width, head: plain })].join('');
}

test('columns are those that the query shows, whether a row has them or not', () => {
  assert.deepEqual(columnsOfQuery('fields @timestamp, a as b | sort b'), ['@timestamp', 'b', '@ptr']);
  assert.deepEqual(columnsOfQuery('stats count(*) as n, avg(x) by bin(5m)'), ['bin(5m)', 'n', 'avg(x)']);
  assert.deepEqual(columnsOfQuery('filter a = 1'), ['@timestamp', '@message', '@ptr']);
  assert.deepEqual(columnsOfQuery('filter a in (SOURCE "g" | fields b) | fields c'), ['c', '@ptr']);
  assert.equal(columnsOfQuery('fields a | foo'), undefined);
});

test('columns that only rows tell of stand where they stand in their rows', () => {
  const rows = [row({ time: '1', b: '2' }), row({ time: '1', a: '2', b: '3', c: '4' }), row({ z: '1', c: '1' })];
  assert.deepEqual(columnsOf([], rows), ['z', 'time', 'a', 'b', 'c']);
  assert.deepEqual(columnsOf(['c', 'b'], [row({ c: '1', x: '2', b: '3' })]), ['c', 'x', 'b']);
});

test('CSV quotes as RFC 4180 says, and has a header when there are no rows', () => {
  const rows = [row({ a: 'x,y', b: 'say "hi"' }), row({ b: 'two\nlines' })];
  assert.equal([...csv(['a', 'b,c', 'b'], rows)].join(''), 'a,"b,c",b\r\n"x,y",,"say ""hi"""\r\n,,"two\nlines"\r\n');
  assert.equal([...csv(['a', 'b'], [])].join(''), 'a,b\r\n');
  const many = Array.from({ length: 1_201 }, (_, index) => String(index));
  const lines = [
    ...csv(
      ['n'],
      many.map((n) => row({ n })),
    ),
  ]
    .join('')
    .split('\r\n');
  assert.deepEqual(lines, ['n', ...many, '']);
});

test('a field may have any name', () => {
  const names = ['constructor', '__proto__', 'toString'];
  assert.equal([...csv(names, [row({ a: 'x' })])].join(''), 'constructor,__proto__,toString\r\n,,\r\n');
  assert.equal([...json(names, [row({ a: 'x' })])].join(''), '[\n  {}\n]\n');
});

test('JSON is one array, its objects in the order of the columns, numbers still strings', () => {
  const text = [...json(['n', '1', 'a'], [row({ 1: 'x', n: '5', a: '' }), row({ a: 'y' })])].join('');
  assert.equal(text, '[\n  {"n": "5", "1": "x", "a": ""},\n  {"a": "y"}\n]\n');
  assert.deepEqual(JSON.parse([...json(['a'], [])].join('')), []);
});

test('a table fits the terminal: long values are cut, times and numbers are not, wide letters count twice', () => {
  const rows = [
    row({ '@timestamp': '2026-11-21 12:00:00.000', text: `湖の縞\n${'silt '.repeat(20)}`, n: '1200' }),
    row({ '@timestamp': '2026-11-21 12:00:01.000', text: '👩‍👩‍👧‍👦 family', n: '7' }),
  ];
  assert.equal(
    tableText(['@timestamp', 'text', 'n'], rows, 50),
    `@timestamp               text                    n
───────────────────────  ───────────────────  ────
2026-11-21 12:00:00.000  湖の縞↵silt silt s…  1200
2026-11-21 12:00:01.000  👩‍👩‍👧‍👦 family               7
`,
  );
  for (let width = 10; width < 120; width += 1) {
    for (const line of tableText(['@timestamp', 'text', 'n'], rows, width).split('\n')) {
      assert.ok(widthOf(line) <= width, `${width}: ${line}`);
    }
  }
});

test('where columns cannot stand side by side, each row is a block without the values that are missing', () => {
  const rows = [row({ first: 'a'.repeat(30), second: 'b' }), row({ second: 'c' })];
  assert.equal(
    tableText(['first', 'second', 'third'], rows, 16),
    `── 1 ───────────
first   aaaaaaa…
second  b
── 2 ───────────
second  c
`,
  );
});

test('without a terminal nothing is cut, and one long value does not widen all rows', () => {
  const long = 'x'.repeat(5_000);
  const lines = tableText(['a', 'b'], [row({ a: long, b: '1' }), row({ a: 'y', b: '2' })]).split('\n');
  assert.equal(lines[2], `${long}  1`);
  assert.ok((lines[3] ?? '').length < 200);
});

test('the place of an error is shown in its line, by the cells that stand before it', () => {
  assert.equal(
    pointedAt('fields a\n  | statz b\n| limit 1', { start: 13, end: 18 }, plain),
    'line 2, column 5:\n    | statz b\n      ^^^^^',
  );
  assert.equal(
    pointedAt('filter 湖 foo', { start: 9, end: 12 }, plain),
    'line 1, column 10:\n  filter 湖 foo\n            ^^^',
  );
  assert.equal(
    pointedAt('fields a |', { start: 10, end: 10 }, plain),
    'line 1, column 11:\n  fields a |\n            ^',
  );
  assert.equal(pointedAt('a\n', { start: 2, end: 2 }, plain), 'line 2, column 1:\n  \n  ^');
  const long = `filter a = "${'x'.repeat(300)}" foo ${'y'.repeat(300)}`;
  const [, line = '', carets = ''] = pointedAt(long, { start: 314, end: 317 }, plain).split('\n');
  assert.ok(line.length <= 102);
  assert.equal(line.slice(carets.indexOf('^'), carets.length), 'foo');
});
