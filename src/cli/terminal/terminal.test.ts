import assert from 'node:assert/strict';
import { test } from 'node:test';
import { jsonShown, shown } from './shown.ts';
import { cut, padded, widthOf } from './width.ts';
import { cpuMs } from '../../../test/support/cpu-time.ts';

test('a text takes as many cells as a terminal gives it', () => {
  for (const [text, width] of [
    ['varve', 5],
    ['', 0],
    ['湖の縞', 6],
    ['ｆｕｌｌ', 8],
    ['한국어', 6],
    ['e\u0301a', 2],
    ['😀', 2],
    ['👩‍👩‍👧‍👦', 2],
    ['🇸🇪', 2],
    ['1\ufe0f\u20e3', 2],
    ['❤️', 2],
    ['↵…─', 3],
    ['à la', 4],
  ] as const) {
    assert.equal(widthOf(text), width, text);
  }
});

test('a text that is too long is cut between letters, with a … in the last cell', () => {
  assert.equal(cut('silt and clay', 13), 'silt and clay');
  assert.equal(cut('silt and clay', 8), 'silt an…');
  assert.equal(cut('湖の縞', 5), '湖の…');
  assert.equal(cut('湖の縞', 4), '湖…', 'half a letter cannot be shown');
  assert.equal(cut('a👩‍👩‍👧‍👦b', 3), 'a…');
  assert.equal(cut('abc', 1), '…');
  assert.equal(cut('abc', 0), '');
  assert.equal(padded(cut('湖の縞', 4), 4), '湖… ');
});

test('a text of a megabyte, and one of nothing but marks, are cut without looking at all of it', () => {
  const startMs = cpuMs();
  assert.equal(widthOf(cut('湖'.repeat(1_000_000), 80)), 79);
  assert.ok(widthOf(cut(`a${'\u0301'.repeat(1_000_000)}`, 80)) <= 80);
  assert.ok(cpuMs() - startMs < 1_000);
});

test('what a stranger wrote into a log cannot steer the terminal', () => {
  assert.equal(shown('one\ntwo\r\nthree\tfour'), 'one↵two↵three four');
  assert.equal(shown('\u001b[2J\u001b]0;title\u0007\u009b31m\u007f'), '␛[2J␛]0;title␇\ufffd31m␡');
  assert.equal(shown('abc\u202edef\u2066'), 'abc\ufffddef\ufffd');
  const text = 'a\u001b[2Jb\u009b31m\u007f\u2028';
  assert.equal(jsonShown({ text }), String.raw`{"text":"a\u001b[2Jb\u009b31m\u007f\u2028"}`);
  assert.deepEqual(JSON.parse(jsonShown({ text })), { text }, 'and JSON still says the same');
});
