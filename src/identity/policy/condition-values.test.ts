import assert from 'node:assert/strict';
import { BlockList } from 'node:net';
import { test } from 'node:test';
import { networkOf, readDate, readNumber } from './condition-values.ts';
import { seededInts } from '../../../test/support/seeded.ts';

const randomInt = seededInts();

test('20000 random addresses and ranges agree with node:net', () => {
  const v4 = (): string => Array.from({ length: 4 }, () => randomInt(2) * randomInt(256)).join('.');
  const group = (): string => (randomInt(2) === 0 ? '0' : randomInt(65_536).toString(16));
  const v6 = (): string => {
    const groups = Array.from({ length: 8 }, group);
    const at = randomInt(9);
    const gap = randomInt(1, 9);
    if (randomInt(2) === 0 || at + gap > 8) return groups.join(':');
    return `${groups.slice(0, at).join(':')}::${groups.slice(at + gap).join(':')}`;
  };
  for (let round = 0; round < 20_000; round += 1) {
    const family = randomInt(2) === 0 ? 'ipv4' : 'ipv6';
    const [bits, make] = family === 'ipv4' ? ([32, v4] as const) : ([128, v6] as const);
    const base = make();
    // Half of the addresses differ from the base in one place only.
    const address = randomInt(2) === 0 ? make() : base.replace(/[\da-f](?=[^\da-f]*$)/, '1');
    const prefix = randomInt(bits + 1);
    const list = new BlockList();
    list.addSubnet(base, prefix, family);
    assert.equal(
      networkOf(`${base}/${prefix}`)?.(address),
      list.check(address, family),
      `${address} in ${base}/${prefix}`,
    );
  }
});

test('what is no range, or no address, is not understood', () => {
  for (const text of [
    '',
    '10.0.0',
    '10.0.0.0/33',
    '::/129',
    '10.0.0.0/',
    '10.0.0.0/-1',
    '10.0.0.0/8/8',
    'fe80::1%eth0',
    '10.0.0.0/0x8',
  ]) {
    assert.equal(networkOf(text), undefined, text);
  }
  const within = networkOf('0.0.0.0/0');
  for (const address of ['', 'AWS Internal', '256.1.1.1', '1.2.3', 'fe80::1%eth0'])
    assert.equal(within?.(address), undefined);
  assert.equal(within?.('::1'), false);
  assert.equal(networkOf('::ffff:10.0.0.0/104')?.('::ffff:10.1.2.3'), true);
  assert.equal(networkOf('10.1.2.3')?.('10.1.2.3'), true);
});

test('numbers and dates are read whole or not at all', () => {
  assert.deepEqual(['1', '-1.5', '+2', ' 3 ', '1e3', '0x1', '1.', '.5', '', 'Infinity'].map(readNumber), [
    1,
    -1.5,
    2,
    3,
    NaN,
    NaN,
    NaN,
    NaN,
    NaN,
    NaN,
  ]);
  const at = Date.parse('2026-11-21T12:00:00.250Z');
  for (const text of [
    '2026-11-21T12:00:00.25Z',
    '2026-11-21T13:00:00.250+01:00',
    '2026-11-21t12:00:00.2500000z',
    '1795262400.25',
  ]) {
    assert.equal(readDate(text), at, text);
  }
  assert.equal(readDate('2026-11'), Date.parse('2026-11-01T00:00:00Z'));
  assert.equal(readDate('2026-11-21T12:00:00'), Date.parse('2026-11-21T12:00:00Z'));
  for (const text of [
    '',
    'now',
    '2026-13-01',
    '2026-11-21 12:00',
    '2026-11-21T25:00Z',
    '01T',
    '-292275054',
    '99999999999999',
  ]) {
    assert.ok(Number.isNaN(readDate(text)), text);
  }
});
