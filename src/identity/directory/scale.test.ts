import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { randomIds } from '#base';
import { openState } from '#state';
import { Directory } from './directory.ts';
import type { AccessKey, Entity, User } from './entities.ts';
import { cpuMs } from '../../../test/support/cpu-time.ts';

const ACCOUNT = '123456789012';
const USERS = 10_000;
const GROUP_ID = 'AGPA00000000000000001';
/** What sorting or searching everything at each question would exceed many times over. Measured: 10 ms. */
const QUESTIONS_MS_MAX = 500;
/** Measured: 120 ms. */
const OPEN_MS_MAX = 2_000;

const entity = (id: string, name: string): Entity => ({ id, accountId: ACCOUNT, name, path: '/', createdAtMs: 0 });

const user = (number: number): User => ({
  // Not in order.
  ...entity(`AIDA${number}`, `user-${(number * 7_919) % 10_007}`),
  inlinePolicies: {},
  attachedPolicyArns: [],
  boundaryArn: undefined,
  groupIds: [GROUP_ID],
  tags: [],
});

const key = (number: number): AccessKey => ({
  ...entity(`AKIA${number}`, `AKIA${number}`),
  userId: `AIDA${number}`,
  active: true,
  sealedSecret: 'x'.repeat(92),
});

test('ten thousand users with keys are opened and asked for without a search through all of them', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'varve-directory-'));
  const state = await openState(join(folder, 'state.sqlite'));
  try {
    await Directory.open(state, randomIds);
    const rows = Array.from({ length: USERS }, (_, at) => [
      ['user', user(at)] as const,
      ['access-key', key(at)] as const,
    ]).flat();
    for (let from = 0; from < rows.length; from += 1_000) {
      await state.transaction(
        rows.slice(from, from + 1_000).map(([kind, one]) => ({
          sql: 'INSERT INTO identity_entities (kind, account_id, name_key, id, body) VALUES (?, ?, ?, ?, ?)',
          parameters: [kind, ACCOUNT, one.name.toLowerCase(), one.id, JSON.stringify(one)],
        })),
      );
    }
    const opening = cpuMs();
    const directory = await Directory.open(state, randomIds);
    const openMs = cpuMs() - opening;
    assert.ok(openMs < OPEN_MS_MAX, `opened in ${openMs} ms`);
    assert.equal(directory.users.list(ACCOUNT).length, USERS);
    assert.equal(directory.usersOfGroup(GROUP_ID).length, USERS);

    let askingMs = 0;
    const ask = (number: number): void => {
      const began = cpuMs();
      assert.equal(directory.users.list(ACCOUNT).length, USERS);
      assert.equal(directory.usersOfGroup(GROUP_ID).length, USERS);
      assert.equal(directory.accessKeysOfUser(`AIDA${number}`).length, 1);
      askingMs += cpuMs() - began;
    };
    for (let round = 0; round < 1_000; round += 1) ask(round);
    // A change moves one, it does not order all anew.
    for (let round = 0; round < 100; round += 1) {
      await directory.users.update(ACCOUNT, user(round).name, (now) => ({ ...now, name: `renamed-${round}` }));
      ask(round);
    }
    assert.ok(askingMs < QUESTIONS_MS_MAX, `asked in ${askingMs} ms`);
    const names = directory.users.list(ACCOUNT).map(({ name }) => name);
    assert.deepEqual(names, names.toSorted());
  } finally {
    await state.close();
    await rm(folder, { recursive: true });
  }
});
