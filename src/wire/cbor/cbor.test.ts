import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cborCodec } from '../cbor.ts';
import { ServiceSchema } from '../schema.ts';
import type { StructureShape } from '../schema.ts';
import { CBOR_DEPTH_MAX, CborEpoch, CborSyntaxError, decodeCborItem } from './decode.ts';
import { CborWriter } from './encode.ts';

function decode(hex: string) {
  return decodeCborItem(Buffer.from(hex, 'hex'));
}

function written(write: (to: CborWriter) => void): string {
  const writer = new CborWriter();
  write(writer);
  return writer.finish().toString('hex');
}

/** Appendix A of RFC 8949, what of it rpcv2Cbor can carry. */
const INTEGERS: [hex: string, value: number | bigint][] = [
  ['00', 0],
  ['17', 23],
  ['1818', 24],
  ['18ff', 255],
  ['190100', 256],
  ['1a000f4240', 1_000_000],
  ['1b000000e8d4a51000', 1_000_000_000_000],
  ['1bffffffffffffffff', 18_446_744_073_709_551_615n],
  ['c249010000000000000000', 18_446_744_073_709_551_616n],
  ['3bffffffffffffffff', -18_446_744_073_709_551_616n],
  ['c349010000000000000000', -18_446_744_073_709_551_617n],
  ['20', -1],
  ['3903e7', -1000],
];

test('the integers of RFC 8949 are read and written', () => {
  for (const [hex, value] of INTEGERS) {
    assert.equal(decode(hex), value, hex);
    assert.equal(
      written((to) => to.integer(value)),
      hex,
    );
  }
});

test('floats of every width, texts, bytes, lists and maps of RFC 8949 are read', () => {
  const cases: [hex: string, value: unknown][] = [
    ['f93c00', 1],
    ['f97bff', 65504],
    ['f90001', 5.960464477539063e-8],
    ['f98000', -0],
    ['f97c00', Infinity],
    ['f97e00', Number.NaN],
    ['fa47c35000', 100_000],
    ['fb3ff199999999999a', 1.1],
    ['f5', true],
    ['f6', null],
    ['f7', undefined],
    ['62c3bc', 'ü'],
    ['4401020304', Buffer.from([1, 2, 3, 4])],
    ['5f42010243030405ff', Buffer.from([1, 2, 3, 4, 5])],
    ['7f657374726561646d696e67ff', 'streaming'],
    ['9f018202039f0405ffff', [1, [2, 3], [4, 5]]],
    ['c11a514b67b0', new CborEpoch(1_363_896_240)],
    ['c48221196ab3', 273.15],
    [
      'a26161016162820203',
      new Map<string, unknown>([
        ['a', 1],
        ['b', [2, 3]],
      ]),
    ],
    [
      'bf61610161629f0203ffff',
      new Map<string, unknown>([
        ['a', 1],
        ['b', [2, 3]],
      ]),
    ],
  ];
  for (const [hex, value] of cases) assert.deepEqual(decode(hex), value, hex);
  assert.deepEqual(decode('bf7f61616162ff01ff'), new Map([['ab', 1]]));
});

test('what is truncated, reserved, too deep or followed by more is refused', () => {
  for (const hex of [
    '',
    '18',
    '1b00',
    '62c3',
    '62ffff',
    '7f42ff',
    '7f61c3ff',
    '5f',
    '9f01',
    'bf6161ff',
    'a101',
    'a1f601',
    '1c',
    'f8',
    'f820',
    'ff',
    '0000',
    'c161',
    'c1fb7ff8000000000000',
    'c401',
    'c201',
    '81'.repeat(CBOR_DEPTH_MAX + 2),
    '9f'.repeat(1_000_000),
    'c1'.repeat(1_000_000),
  ]) {
    assert.throws(() => decode(hex), CborSyntaxError, hex.slice(0, 20));
  }
});

test('a length that claims gigabytes is refused before anything is allocated', () => {
  const before = process.memoryUsage().arrayBuffers;
  for (const hex of ['5affffffff', '7bffffffffffffffff', '9affffffff', 'bb7fffffffffffffff', '5f5affffffff']) {
    assert.throws(() => decode(hex), CborSyntaxError, hex);
  }
  assert.ok(process.memoryUsage().arrayBuffers - before < 1024 * 1024);
});

test('bytes at random are read or refused, never anything else', () => {
  let state = 3;
  const random = (): number => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) >>> 24;
  for (let round = 0; round < 20_000; round += 1) {
    const bytes = Buffer.from(Array.from({ length: 1 + (random() & 31) }, random));
    try {
      decodeCborItem(bytes);
    } catch (error) {
      assert.ok(error instanceof CborSyntaxError, `${bytes.toString('hex')}: ${String(error)}`);
    }
  }
});

const SERVICE = new ServiceSchema({
  protocol: 'rpcv2Cbor',
  service: { name: 'Sample', namespace: 'sample', version: '1' },
  operations: { Put: { traits: {}, input: { s: 0 }, output: 'unit' } },
  errors: {},
  shapes: [
    [
      3,
      'sample',
      'PutInput',
      {},
      ['text', 'count', 'big', 'ratio', 'at', 'data', 'any', 'tags', 'sparse'],
      [0, { s: 1 }, { s: 2 }, { s: 3 }, 4, 21, 15, 128, { s: 4 }],
    ],
    [0, 'sample', 'Count', { $k: 'integer' }, 1],
    [0, 'sample', 'Big', { $k: 'long' }, 1],
    [0, 'sample', 'Ratio', { $k: 'double' }, 1],
    [1, 'sample', 'Sparse', { sparse: 1 }, 0],
  ],
});

function input(): StructureShape {
  const shape = SERVICE.operation('Put')?.input;
  return shape?.kind === 'structure' ? shape : assert.fail('no input');
}

test('a structure is written and read back the same', () => {
  const shape = input();
  const values = {
    text: 'ü',
    count: -7,
    big: 9_007_199_254_740_993n,
    ratio: 2,
    at: new Date('2026-01-02T03:04:05.678Z'),
    data: Buffer.from([0, 255]),
    any: { list: [1, 2.5, null, 'x', true], map: { a: {} } },
    tags: { ['__proto__']: 'ordinary', b: 'c' },
    sparse: ['a', null],
  };
  const bytes = Buffer.from(cborCodec.writeStructure(shape, shape.members, values));
  assert.deepEqual(cborCodec.readStructure(shape, shape.members, bytes), values);
});

test('a value of the wrong type is a SerializationException', () => {
  const shape = input();
  for (const hex of [
    '80',
    'f6',
    'a1647465787401',
    'a165636f756e74f93e00',
    'a165636f756e741b000000ffffffffff',
    'a165636f756e746131',
    'a1626174f93c00',
    'a16464617461616f',
    'a164746167738101',
    'a16474616773a16161f6',
  ]) {
    assert.throws(
      () => cborCodec.readStructure(shape, shape.members, Buffer.from(hex, 'hex')),
      { name: 'ApiError', code: 'SerializationException', status: 400 },
      hex,
    );
  }
});
