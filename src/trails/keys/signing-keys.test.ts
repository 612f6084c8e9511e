import assert from 'node:assert/strict';
import { createHash, createPublicKey, verify } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Clock } from '#base';
import { SecretBox } from '#identity';
import { openState, type State } from '#state';
import { type KeyEvent, type KeyVault, TrailSigningKeys } from './index.ts';

const ACCOUNT = '123456789012';
const HOUR_MS = 3_600_000;
const NOON_MS = Date.parse('2026-11-21T12:00:00.700Z');

class TestClock implements Clock {
  ms = NOON_MS;
  nowMs(): number {
    return this.ms;
  }
  monotonicMs(): number {
    return this.ms;
  }
}

interface Kit {
  readonly state: State;
  readonly clock: TestClock;
  readonly made: KeyEvent[];
  open(more?: { vault?: KeyVault; rotateAfterMs?: number }): Promise<TrailSigningKeys>;
}

async function withKeys(work: (kit: Kit) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'varve-trail-keys-'));
  const state = await openState(join(folder, 'state.sqlite'));
  const clock = new TestClock();
  const made: KeyEvent[] = [];
  const onMade = (event: KeyEvent): void => void made.push(event);
  const vault = boxOf(1);
  try {
    await work({ state, clock, made, open: (more) => TrailSigningKeys.open({ state, clock, vault, onMade, ...more }) });
  } finally {
    await state.close();
    await rm(folder, { recursive: true });
  }
}

const boxOf = (byte: number): SecretBox => new SecretBox(Buffer.alloc(32, byte), 'keys of trails');
const always = { fromMs: 0, toMs: Number.MAX_SAFE_INTEGER, max: 10 };

async function assertSigns(keys: TrailSigningKeys, region = 'us-east-1'): Promise<string> {
  const key = await keys.current(ACCOUNT, region);
  const publicKey = createPublicKey({ key: key.publicDer, format: 'der', type: 'pkcs1' });
  assert.equal(publicKey.asymmetricKeyDetails?.modulusLength, 2048);
  assert.ok(verify('sha256', Buffer.from('a digest'), publicKey, Buffer.from(await key.sign('a digest'), 'hex')));
  assert.equal(key.fingerprint, createHash('md5').update(key.publicDer).digest('hex'));
  return key.fingerprint;
}

test('a key is made once for an account and Region, whoever asks at once, and is there after a restart', () =>
  withKeys(async ({ open, made }) => {
    const keys = await open();
    const asked = await Promise.all(Array.from({ length: 5 }, () => keys.current(ACCOUNT, 'us-east-1')));
    assert.equal(new Set(asked.map(({ fingerprint }) => fingerprint)).size, 1);
    const again = await open();
    assert.equal(await assertSigns(again), asked[0]?.fingerprint);
    assert.notEqual(await assertSigns(again, 'eu-west-1'), asked[0]?.fingerprint);
    assert.deepEqual(
      made.map(({ region, reason }) => [region, reason]),
      [
        ['us-east-1', 'first'],
        ['eu-west-1', 'first'],
      ],
    );
  }));

test('the private key cannot be read from the state; of a key that was replaced it is gone', () =>
  withKeys(async ({ open, state }) => {
    const keys = await open();
    const first = await assertSigns(keys);
    const second = await keys.rotate(ACCOUNT, 'us-east-1');
    const rows = await state.all('SELECT fingerprint, sealed FROM trails_key');
    assert.doesNotMatch(JSON.stringify(rows), /PRIVATE/);
    const sealed = new Map(rows.map((row) => [row['fingerprint'], row['sealed']]));
    assert.equal(sealed.get(first), null);
    assert.match(String(sealed.get(second.fingerprint)), /^[A-Za-z0-9+/=]{1000,}$/);
  }));

test('after a rotation a new key signs, and the old one is listed for the time in which it signed', () =>
  withKeys(async ({ open, clock }) => {
    const keys = await open();
    const old = await assertSigns(keys);
    clock.ms += HOUR_MS;
    const { fingerprint } = await keys.rotate(ACCOUNT, 'us-east-1');
    assert.equal(await assertSigns(keys), fingerprint);
    const listed = async (fromMs: number, toMs: number): Promise<string[]> =>
      (await keys.list(ACCOUNT, 'us-east-1', { fromMs, toMs, max: 10 })).keys.map((key) => key.fingerprint);
    assert.deepEqual(await listed(NOON_MS, clock.ms + HOUR_MS), [old, fingerprint]);
    assert.deepEqual(await listed(clock.ms + 1, clock.ms + 1), [fingerprint]);
    assert.deepEqual(await listed(NOON_MS, NOON_MS), [old]);
    assert.deepEqual(await listed(0, NOON_MS - HOUR_MS), []);
    assert.deepEqual((await keys.list('210987654321', 'us-east-1', always)).keys, []);
    assert.deepEqual((await keys.list(ACCOUNT, 'eu-west-1', always)).keys, []);
  }));

test('a key that is used outside of its validity, since the clock was set, is listed for that time too', () =>
  withKeys(async ({ open, state, clock }) => {
    const keys = await open();
    const old = await assertSigns(keys);
    await keys.rotate(ACCOUNT, 'us-east-1');
    const laterMs = clock.ms + 5 * HOUR_MS;
    await state.transaction([keys.useOf(old, laterMs), keys.useOf(old, NOON_MS - HOUR_MS)]);
    const { keys: listed } = await keys.list(ACCOUNT, 'us-east-1', always);
    assert.deepEqual(listed.map(({ validFromMs, validToMs }) => [validFromMs, validToMs])[0], [
      NOON_MS - HOUR_MS,
      laterMs,
    ]);
  }));

test('a key of the configured age is replaced by itself', () =>
  withKeys(async ({ open, clock, made }) => {
    const keys = await open({ rotateAfterMs: HOUR_MS });
    const first = await assertSigns(keys);
    clock.ms += HOUR_MS - 1_000;
    assert.equal(await assertSigns(keys), first);
    clock.ms += 1_000;
    assert.notEqual(await assertSigns(keys), first);
    assert.equal(made.at(-1)?.reason, 'age');
  }));

test('when the server key is lost a new key signs, and the old one stays listed', () =>
  withKeys(async ({ open, made }) => {
    const first = await assertSigns(await open());
    const keys = await open({ vault: boxOf(2) });
    const second = await assertSigns(keys);
    assert.notEqual(second, first);
    assert.equal(made.at(-1)?.reason, 'lost');
    const { keys: listed } = await keys.list(ACCOUNT, 'us-east-1', always);
    assert.deepEqual(new Set(listed.map(({ fingerprint }) => fingerprint)), new Set([first, second]));
  }));

test('keys are listed in pages', () =>
  withKeys(async ({ open }) => {
    const keys = await open();
    for (let at = 0; at < 3; at += 1) await keys.rotate(ACCOUNT, 'us-east-1');
    const one = await keys.list(ACCOUNT, 'us-east-1', { ...always, max: 2 });
    assert.equal(one.keys.length, 2);
    const two = await keys.list(ACCOUNT, 'us-east-1', { ...always, max: 2, after: one.next });
    assert.equal(two.next, undefined);
    assert.equal(new Set([...one.keys, ...two.keys].map(({ fingerprint }) => fingerprint)).size, 3);
  }));
