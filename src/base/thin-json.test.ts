import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  CUT_BYTES_MIN,
  cutOfDecoded,
  expandThin,
  FILLER_CHARS,
  JsonThinner,
  type ThinJson,
  ThinningFailure,
  VALUES_MAX,
} from './thin-json.ts';

const MARK = '0123456789abcdef01234567';

function thin(text: string | Buffer, step = 70_001): ThinJson {
  const bytes = Buffer.from(text);
  const thinner = new JsonThinner(MARK);
  // One buffer for all chunks, as a reader of files has.
  const scratch = Buffer.alloc(step);
  for (let at = 0; at < bytes.length; at += step)
    thinner.push(scratch.subarray(0, bytes.copy(scratch, 0, at, at + step)));
  return thinner.finish();
}

function restored(text: string, { cuts, ...rest }: ThinJson, edited: Buffer): string {
  const original = Buffer.from(text);
  return expandThin(edited, { cuts, ...rest })
    .map((piece) => (Buffer.isBuffer(piece) ? piece : original.subarray(piece.start, piece.end)).toString())
    .join('');
}

const LONG_TEXT = 'å "層" \\ / \n'.repeat(40_000);
const LONG_BASE64 = 'QUJD'.repeat(100_000);

test('long strings are cut, all else stays, and what was cut can be put back', () => {
  const text = JSON.stringify({ a: LONG_TEXT, 'b"\\': [1, { c: LONG_BASE64, d: 'short "å\\' }], e: LONG_TEXT });
  for (const step of [1_000, 70_001, 10_000_000]) {
    const result = thin(text, step);
    assert.equal(result.cuts.length, 3);
    assert.ok(result.text.length < 3 * FILLER_CHARS + 100);
    const value = JSON.parse(result.text.toString()) as { 'b"\\': [number, { d: string }] };
    assert.equal(value['b"\\'][1].d, 'short "å\\');
    assert.equal(restored(text, result, result.text), text);
    assert.deepEqual(
      result.cuts.map(({ isBase64 }) => isBase64),
      [false, true, false],
    );
  }
});

test('a text without long strings is the same text, split wherever it may be', () => {
  const text = JSON.stringify({ a: ['å層😀\\"\\\\', 1.5, null, 'é'.repeat(100)] });
  for (let step = 1; step < 40; step += 1) assert.equal(thin(text, step).text.toString(), text);
});

test('a filler is base64 exactly when its string is', () => {
  const valid = (content: string): boolean => {
    const filler = JSON.parse(thin(`"${content}"`).text.toString()) as string;
    return /^(?:[A-Za-z0-9+/]{4})*$/.test(filler);
  };
  assert.ok(valid(LONG_BASE64));
  assert.ok(valid(`${LONG_BASE64}QQ==`));
  assert.ok(valid(`${LONG_BASE64}ab\\/+`), 'an escaped slash');
  for (const wrong of ['A', 'A===', '=AAA', 'QQ==QUJD', 'AA A', 'AA-_', 'AA\\n'])
    assert.ok(!valid(LONG_BASE64 + wrong), wrong);
  assert.throws(() => thin(`"${LONG_BASE64}\\u002b"`), { reason: 'escapes' });
});

test('a decoded filler tells its string', () => {
  const result = thin(JSON.stringify([LONG_TEXT, LONG_BASE64]));
  const [, filler = ''] = JSON.parse(result.text.toString()) as string[];
  assert.equal(cutOfDecoded(Buffer.from(filler, 'base64'), result), result.cuts[1]);
  assert.equal(cutOfDecoded(Buffer.alloc((FILLER_CHARS / 4) * 3), result), undefined);
  assert.equal(cutOfDecoded(Buffer.from('x'), result), undefined);
});

test('what is no JSON within a string that is cut is told, as is broken UTF-8 anywhere', () => {
  const long = 'x '.repeat(CUT_BYTES_MIN);
  for (const wrong of ['\n', '\u0000', '\\x', '\\u12g4', '']) {
    const text = wrong === '' ? `"${long}` : `"${long}${wrong}"`;
    assert.throws(
      () => thin(text),
      (error) => error instanceof ThinningFailure && error.reason === 'syntax',
      JSON.stringify(wrong),
    );
  }
  for (const bytes of [[0xff], [0xc3], [0xe5, 0xb1], [0xf0, 0x9f, 0x98], [0xed, 0xa0, 0x80]]) {
    for (const step of [3, 100]) {
      assert.throws(() => thin(Buffer.concat([Buffer.from('"ab'), Buffer.from(bytes)]), step), { reason: 'syntax' });
      assert.throws(() => thin(Buffer.concat([Buffer.from('"ab'), Buffer.from(bytes), Buffer.from('c"')]), step), {
        reason: 'syntax',
      });
    }
  }
});

test('millions of values are refused', () => {
  assert.throws(() => thin(`[${'{},'.repeat(VALUES_MAX)}1]`), { reason: 'values' });
});
