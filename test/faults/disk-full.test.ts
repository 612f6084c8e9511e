/** A disk that is full: calls are refused in words, nothing acknowledged is lost, and it heals by itself. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { fileURLToPath } from 'node:url';
import { randomIds, systemClock } from '#base';
import { type FileSystem, nodeFileSystem, openJournal, type OpenFile } from '#journal';
import { decodeGap, ENTRY_KIND } from '#records';
import { CreateUserCommand, DeleteUserCommand, ListUsersCommand } from '@aws-sdk/client-iam';
import { ConverseCommand, type ConverseCommandOutput } from '@aws-sdk/client-bedrock-runtime';
import { type Clients, withVarve } from '../harness.ts';
import { BUCKET, logToBoth } from '../logging.ts';
import { auditEvents } from '../journal-entries.ts';
import { eventually, linesInBucket, parseRecord } from '../records.ts';
import { call, converseBody, converseTarget } from './support.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The real files, on a disk that can be full: no byte more is written, and none is free. */
class FillingDisk {
  isFull = false;

  get files(): FileSystem {
    return {
      ...bound(nodeFileSystem),
      open: async (path, flags) => this.#guarded(await nodeFileSystem.open(path, flags)),
      freeBytes: (path) => (this.isFull ? Promise.resolve(0) : nodeFileSystem.freeBytes(path)),
    };
  }

  #guarded(file: OpenFile): OpenFile {
    const check = (): void => {
      if (this.isFull) throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
    };
    return {
      ...bound(file),
      write: async (buffers, position) => {
        check();
        await file.write(buffers, position);
      },
      writeNow: (buffers, position) => {
        check();
        file.writeNow?.(buffers, position);
      },
    };
  }
}

/** The methods of an object, for spreading. */
function bound<T extends object>(of: T): T {
  return Object.fromEntries(
    methodsOf(of).map((name) => [name, (of[name as keyof T] as (...args: unknown[]) => unknown).bind(of)]),
  ) as T;
}

function methodsOf(of: object): string[] {
  const prototype = Object.getPrototypeOf(of) as object;
  return [...Object.keys(of), ...Object.getOwnPropertyNames(prototype)].filter(
    (name) =>
      name !== 'constructor' &&
      typeof (of as Record<string, unknown>)[name] === 'function' &&
      !Object.hasOwn(Object.prototype, name),
  );
}

function converse({ runtime }: Clients, text: string): Promise<ConverseCommandOutput> {
  return runtime.send(
    new ConverseCommand({ modelId: 'varve.echo-v1', messages: [{ role: 'user', content: [{ text }] }] }),
  );
}

async function doctor(endpoint: string, dataDir: string): Promise<string> {
  const args = ['bin/varve.mjs', 'doctor', '--listen', new URL(endpoint).host, '--data', dataDir];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: ROOT }).catch(
    (error: unknown) => error as { stdout: string },
  );
  return stdout;
}

function isUnavailable(error: unknown): boolean {
  return (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode === 503;
}

async function requestIds(clients: Clients): Promise<string[]> {
  return (await linesInBucket(clients, BUCKET)).map((line) => parseRecord(line).requestId);
}

function isWell(endpoint: string): Promise<true> {
  return eventually('health', async () => ((await fetch(`${endpoint}/_varve/health`)).ok ? true : undefined));
}

/** What the gap markers say, read from a copy of the journal. */
async function missedByGaps(dataDir: string): Promise<number> {
  const dir = await mkdtemp(join(tmpdir(), 'varve-journal-'));
  try {
    await cp(join(dataDir, 'journal'), dir, { recursive: true });
    const journal = await openJournal({ dir, durability: 'os', clock: systemClock, ids: randomIds });
    const { entries } = await journal.read({ after: 0, maxBytes: 100_000_000, kinds: [ENTRY_KIND.gap], waitMs: 0 });
    await journal.close();
    return entries.reduce((sum, { payload }) => sum + decodeGap(payload).count, 0);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

test('with a full disk calls are refused and told why, health and doctor say it in words, and it heals when there is room', async () => {
  const disk = new FillingDisk();
  await withVarve(
    {},
    async ({ clients, endpoint, dataDir }) => {
      await logToBoth(clients);
      const acknowledged: (string | undefined)[] = [];
      for (let at = 0; at < 5; at += 1)
        acknowledged.push((await converse(clients, `before ${at}`)).$metadata.requestId);
      disk.isFull = true;
      const large = 'x '.repeat(300_000);
      for (const text of ['small', 'small again', large]) {
        await assert.rejects(converse(clients, text), { name: 'ServiceUnavailableException' });
      }
      const health = await fetch(`${endpoint}/_varve/health`);
      assert.equal(health.status, 503);
      assert.match(await health.text(), /journal.*cannot be written|must stay free/);
      const said = await doctor(endpoint, dataDir);
      assert.match(said, /WRONG.*journal cannot be written/);
      disk.isFull = false;
      await eventually('healing', async () => {
        const id = await converse(clients, 'after').then(
          ({ $metadata }) => $metadata.requestId,
          () => undefined,
        );
        if (id !== undefined) acknowledged.push(id);
        return id;
      });
      await isWell(endpoint);
      const found = await eventually('all records', async () => {
        const ids = await requestIds(clients);
        return acknowledged.every((id) => ids.includes(id ?? '')) ? ids : undefined;
      });
      for (const id of acknowledged) assert.equal(found.filter((each) => each === id).length, 1);
    },
    { journalFiles: disk.files },
  );
});

test('with journal.onFailure: serve calls go on without a record, and are counted in a gap marker once there is room', async () => {
  const disk = new FillingDisk();
  await withVarve(
    { journal: { onFailure: 'serve' } },
    async ({ clients, endpoint, dataDir }) => {
      await logToBoth(clients);
      await converse(clients, 'before');
      disk.isFull = true;
      for (let at = 0; at < 3; at += 1)
        assert.equal((await converse(clients, `missed ${at}`)).output?.message?.content?.[0]?.text, `missed ${at}`);
      disk.isFull = false;
      // The journal looks again after a moment; what was served until then is missed too.
      await eventually('healing', async () => {
        await converse(clients, 'while it heals');
        const health = await (await fetch(`${endpoint}/_varve/health`)).text();
        return health.includes('must stay free') ? undefined : true;
      });
      const { $metadata } = await converse(clients, 'after');
      await eventually('the record', async () =>
        (await requestIds(clients)).includes($metadata.requestId ?? '') ? true : undefined,
      );
      const metrics = await (await fetch(`${endpoint}/_varve/metrics`)).text();
      const missed = Number(/varve_records_missed_total (\d+)/.exec(metrics)?.[1]);
      assert.ok(missed >= 3, metrics);
      assert.equal(await missedByGaps(dataDir), missed);
    },
    { journalFiles: disk.files },
  );
});

test('with a full disk calls that change something change nothing: no event could tell of them', async () => {
  const disk = new FillingDisk();
  await withVarve(
    {},
    async (running) => {
      const { iam } = running.clients;
      await iam.send(new CreateUserCommand({ UserName: 'before' }));
      disk.isFull = true;
      await assert.rejects(iam.send(new CreateUserCommand({ UserName: 'unseen' })), isUnavailable);
      await assert.rejects(iam.send(new DeleteUserCommand({ UserName: 'before' })), isUnavailable);
      disk.isFull = false;
      await isWell(running.endpoint);
      const users = await eventually('room', async () => iam.send(new ListUsersCommand({})).catch(() => undefined));
      assert.deepEqual(
        users.Users?.map(({ UserName }) => UserName),
        ['before'],
      );
      await iam.send(new CreateUserCommand({ UserName: 'unseen' }));
      const changes = (await auditEvents(running)).filter(({ readOnly }) => !readOnly);
      assert.deepEqual(
        changes.map(({ eventName, requestParameters, errorCode }) => [eventName, requestParameters, errorCode]),
        [
          ['CreateUser', { userName: 'before' }, undefined],
          ['CreateUser', { userName: 'unseen' }, undefined],
        ],
      );
    },
    { journalFiles: disk.files },
  );
});

test('with journal.onFailure: serve changes go on too, and their events are counted as missed', async () => {
  const disk = new FillingDisk();
  await withVarve(
    { journal: { onFailure: 'serve' } },
    async ({ clients: { iam }, endpoint }) => {
      await iam.send(new CreateUserCommand({ UserName: 'before' }));
      disk.isFull = true;
      await iam.send(new CreateUserCommand({ UserName: 'unseen' }));
      const { Users } = await iam.send(new ListUsersCommand({}));
      assert.deepEqual(Users?.map(({ UserName }) => UserName).toSorted(), ['before', 'unseen']);
      const metrics = await (await fetch(`${endpoint}/_varve/metrics`)).text();
      assert.ok(Number(/varve_records_missed_total (\d+)/.exec(metrics)?.[1]) >= 2, metrics);
      disk.isFull = false;
    },
    { journalFiles: disk.files },
  );
});

test('a refused call names no path and no system error to its caller', async () => {
  const disk = new FillingDisk();
  await withVarve(
    {},
    async ({ endpoint, dataDir }) => {
      disk.isFull = true;
      for (const text of ['small', 'x '.repeat(300_000)]) {
        for (const operation of ['converse', 'converse-stream', 'invoke']) {
          const reply = await call(endpoint, {
            target: converseTarget('varve.echo-v1', operation),
            body: operation === 'invoke' ? JSON.stringify({ prompt: text }) : converseBody(text),
          });
          assert.equal(reply.status, 503, reply.text.slice(0, 300));
          assert.match(reply.text, /ServiceUnavailableException/);
          assert.ok(!reply.text.includes(dataDir) && !/ENOSPC|journal-|space left/.test(reply.text), reply.text);
        }
      }
    },
    { journalFiles: disk.files },
  );
});
