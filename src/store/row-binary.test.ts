import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RowBinaryWriter } from './row-binary.ts';

function written(write: (writer: RowBinaryWriter) => void): Buffer {
  const writer = new RowBinaryWriter();
  write(writer);
  const bytes = Buffer.concat(writer.pieces());
  assert.equal(writer.sizeBytes, bytes.length);
  writer.release();
  return bytes;
}

test('integers are little-endian, and what does not fit becomes the nearest', () => {
  assert.deepEqual(
    written((to) => [1, 0xffff_ffff, 2 ** 40, -1, NaN].forEach((value) => to.uint32(value))).toString('hex'),
    `01000000${'ffffffff'.repeat(2)}${'00000000'.repeat(2)}`,
  );
  for (const value of [0, 1, 2 ** 32, Number.MAX_SAFE_INTEGER]) {
    assert.equal(written((to) => to.uint64(value)).readBigUInt64LE(), BigInt(value));
  }
  for (const value of [0, -1, -(2 ** 32), -(2 ** 32) - 1, 2 ** 41, -2_208_988_800_000]) {
    assert.equal(written((to) => to.int64(value)).readBigInt64LE(), BigInt(value));
  }
});

test('strings carry their length in bytes, whatever their length and letters', () => {
  for (const text of [
    '',
    'a',
    'é',
    '\u{1f600}'.repeat(10),
    'é'.repeat(42),
    'é'.repeat(43),
    'x'.repeat(127),
    'x'.repeat(128),
  ]) {
    const bytes = written((to) => to.string(text));
    const { length, start } = readLength(bytes);
    assert.equal(bytes.subarray(start).toString(), text);
    assert.equal(length, Buffer.byteLength(text));
  }
});

test('values larger than a piece, and many small ones, come out in order', () => {
  const large = 'y'.repeat(700_000);
  const bytes = written((to) => {
    for (let index = 0; index < 100_000; index += 1) to.string(`row ${index}`);
    to.string(large);
    to.bytes(Buffer.from(large));
    to.string('end');
  });
  let offset = 0;
  const next = (): string => {
    const { length, start } = readLength(bytes.subarray(offset));
    const text = bytes.toString('utf8', offset + start, offset + start + length);
    offset += start + length;
    return text;
  };
  for (let index = 0; index < 100_000; index += 1) if (next() !== `row ${index}`) assert.fail(`row ${index}`);
  assert.equal(next(), large);
  assert.equal(next(), large);
  assert.equal(next(), 'end');
  assert.equal(offset, bytes.length);
});

test('a lone surrogate becomes the replacement character, in short and long strings', () => {
  assert.equal(written((to) => to.string('\ud800')).toString('hex'), '03efbfbd');
  assert.ok(
    written((to) => to.string(`${'x'.repeat(200)}\udfff`))
      .toString('hex')
      .endsWith('78efbfbd'),
  );
});

function readLength(bytes: Buffer): { length: number; start: number } {
  let length = 0;
  let start = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[start++] ?? 0;
    length += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) return { length, start };
  }
}
