import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  readBase64,
  readBoolean,
  readNumber,
  readTimestamp,
  type TimestampFormat,
  writeTimestamp,
} from './text-values.ts';

test('moments are read and written in all three formats', () => {
  const cases: [TimestampFormat, string, string][] = [
    ['date-time', '2026-01-02T03:04:05Z', '2026-01-02T03:04:05.000Z'],
    ['date-time', '2026-01-02T03:04:05.678Z', '2026-01-02T03:04:05.678Z'],
    ['http-date', 'Fri, 02 Jan 2026 03:04:05 GMT', '2026-01-02T03:04:05.000Z'],
    ['http-date', 'Fri, 02 Jan 2026 03:04:05.678 GMT', '2026-01-02T03:04:05.678Z'],
    ['epoch-seconds', '1767323045', '2026-01-02T03:04:05.000Z'],
    ['epoch-seconds', '1767323045.678', '2026-01-02T03:04:05.678Z'],
  ];
  for (const [format, text, iso] of cases) {
    assert.equal(readTimestamp(text, format)?.toISOString(), iso, text);
    assert.equal(writeTimestamp(new Date(iso), format), text);
  }
});

test('moments with an offset or a finer fraction are read', () => {
  assert.equal(readTimestamp('2026-01-02T03:04:05+01:30', 'date-time')?.toISOString(), '2026-01-02T01:34:05.000Z');
  assert.equal(readTimestamp('2026-01-02T03:04:05.123456789Z', 'date-time')?.getUTCMilliseconds(), 123);
});

test('moments that do not exist or are of another form are refused', () => {
  for (const [format, text] of [
    ['date-time', '2026-02-30T00:00:00Z'],
    ['date-time', '2026-01-02T24:00:00Z'],
    ['date-time', '2026-01-02 03:04:05Z'],
    ['date-time', '2026-01-02T03:04:05'],
    ['date-time', '2026-01-02T03:04:05+99:99'],
    ['date-time', '1767323045'],
    ['http-date', 'Fri, 31 Feb 2026 03:04:05 GMT'],
    ['http-date', 'Fri, 02 Foo 2026 03:04:05 GMT'],
    ['http-date', '2026-01-02T03:04:05Z'],
    ['epoch-seconds', 'NaN'],
    ['epoch-seconds', '1e300'],
    ['epoch-seconds', '0x10'],
  ] as const) {
    assert.equal(readTimestamp(text, format), undefined, text);
  }
});

test('integers keep their range and their digits', () => {
  assert.equal(readNumber('127', 'byte'), 127);
  assert.equal(readNumber('128', 'byte'), undefined);
  assert.equal(readNumber('-32768', 'short'), -32_768);
  assert.equal(readNumber('2147483648', 'integer'), undefined);
  assert.equal(readNumber('9007199254740993', 'long'), 9_007_199_254_740_993n);
  assert.equal(readNumber('9223372036854775808', 'long'), undefined);
  for (const text of ['1.0', '1e3', '', ' ', '0x10', 'Infinity', '1_000']) {
    assert.equal(readNumber(text, 'integer'), undefined, text);
  }
});

test('floats are read with their three words, and nothing that only JavaScript reads', () => {
  assert.equal(readNumber('-1.5e-3', 'double'), -0.0015);
  assert.equal(readNumber('-Infinity', 'float'), -Infinity);
  assert.ok(Number.isNaN(readNumber('NaN', 'double')));
  for (const text of ['', '0x10', '1_0', 'infinity', '1e', '.', '--1']) {
    assert.equal(readNumber(text, 'double'), undefined, text);
  }
});

test('booleans and base64 are strict', () => {
  assert.equal(readBoolean('True'), true);
  assert.equal(readBoolean('yes'), undefined);
  assert.deepEqual(readBase64('AP8='), Buffer.from([0, 255]));
  for (const text of ['AP8', 'A===', 'AP_8', 'A', '=']) assert.equal(readBase64(text), undefined, text);
});
