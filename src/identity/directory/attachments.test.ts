import assert from 'node:assert/strict';
import { test } from 'node:test';
import { randomIds, Semaphore } from '#base';
import type { State } from '#state';
import { Attachments } from './attachments.ts';
import type { Entity, PolicyHolder, User } from './entities.ts';
import { Registry } from './registry.ts';
import { seededInts } from '../../../test/support/seeded.ts';

const randomInt = seededInts();

const ACCOUNTS = ['111111111111', '222222222222'];
const ARNS = ['a', 'b', 'c', 'd'].map((name) => `arn:aws:iam::aws:policy/${name}`);
const STATE = { transaction: () => Promise.resolve() } as unknown as State;

function registries() {
  const options = { state: STATE, ids: randomIds, changing: new Semaphore(1) };
  const of = <T extends Entity>(kind: string) =>
    new Registry<T>({ kind, idPrefix: 'X', idChars: 17, perAccountMax: 20_000 }, options);
  return { users: of<User>('user'), groups: of<Entity & PolicyHolder>('group') };
}

const some = <T>(items: readonly T[]): T[] => items.filter(() => randomInt(2) === 0);
const user = (id: string, accountId: string, name: string): User => ({
  id,
  accountId,
  name,
  path: '/',
  createdAtMs: 0,
  inlinePolicies: {},
  attachedPolicyArns: some(ARNS),
  boundaryArn: randomInt(2) === 0 ? undefined : ARNS[randomInt(4)],
  groupIds: [],
  tags: [],
});

test('after any changes the counts are those of counting by hand', async () => {
  const { users } = registries();
  const attachments = new Attachments();
  attachments.follow('user', users);
  const recount = () => {
    for (const account of ACCOUNTS) {
      const all = users.list(account);
      for (const arn of ARNS) {
        const attached = all.filter(({ attachedPolicyArns }) => attachedPolicyArns.includes(arn));
        assert.equal(attachments.count('policy', account, arn), attached.length);
        assert.deepEqual(
          new Set(attached.map(({ id }) => id)),
          new Set(attachments.ids('policy', 'user', account, arn)),
        );
        const bounded = all.filter(({ boundaryArn }) => boundaryArn === arn);
        assert.equal(attachments.count('boundary', account, arn), bounded.length);
      }
    }
  };
  for (let step = 0; step < 300; step += 1) {
    const account = ACCOUNTS[randomInt(2)] ?? '';
    const name = `u${randomInt(8)}`;
    const there = users.get(account, name);
    if (!there) await users.create(account, (id) => user(id, account, name));
    else if (randomInt(3) === 0) await users.delete(account, name);
    else await users.update(account, name, (before) => ({ ...user(before.id, account, name) }));
    recount();
  }
  for (const account of ACCOUNTS) for (const { name } of users.list(account)) await users.delete(account, name);
  recount();
});

test('things of the start are counted, and other kinds of holders beside them', () => {
  const { users, groups } = registries();
  const attachments = new Attachments();
  attachments.follow('user', users);
  attachments.follow('group', groups);
  const [account = '', arn = ''] = [ACCOUNTS[0], ARNS[0]];
  users.load({ ...user('1', account, 'u'), attachedPolicyArns: [arn], boundaryArn: undefined });
  const { boundaryArn: _, groupIds: __, tags: ___, ...group } = user('2', account, 'g');
  groups.load({ ...group, attachedPolicyArns: [arn] });
  assert.equal(attachments.count('policy', account, arn), 2);
  assert.deepEqual([...attachments.ids('policy', 'group', account, arn)], ['2']);
  assert.equal(attachments.count('boundary', account, arn), 0);
  assert.equal(attachments.count('policy', ACCOUNTS[1] ?? '', arn), 0);
});
