import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import type { LogEventQuery, LogEventRow } from '#store';
import { NOW_MS, SCOPE, TestBench } from '../testing/bench.ts';
import { exportFiles } from './files.ts';
import { TASKS_KEPT } from './registry.ts';
import { ExportRefused, type ExportTask, type NewExport } from './types.ts';

const WANTED: NewExport = {
  taskName: undefined,
  streamPrefix: undefined,
  fromMs: NOW_MS,
  toMs: NOW_MS + 1_000,
  bucketName: 'exports',
  prefix: 'p',
};

function create(bench: TestBench, more: Partial<NewExport> = {}): Promise<ExportTask> {
  return bench.groups.exports.create(bench.groups.get(SCOPE, 'g'), { ...WANTED, ...more });
}
async function until(bench: TestBench, id: string, ...statuses: ExportTask['status'][]): Promise<ExportTask> {
  for (;;) {
    const task = bench.groups.exports.get(SCOPE, id);
    if (statuses.includes(task.status)) return task;
    assert.equal(task.completedMs, undefined, `it has ended as ${task.status}: ${task.message}`);
    await setImmediate();
  }
}
/** The task's objects by their keys behind its id, unpacked. */
function exported(bench: TestBench, id: string): Record<string, string> {
  const own = [...bench.buckets.objects].filter(([key]) => key.startsWith(`p/${id}/`));
  return Object.fromEntries(own.map(([key, bytes]) => [key.slice(`p/${id}/`.length), gunzipSync(bytes).toString()]));
}
function line(afterMs: number, message: string): string {
  return `${new Date(NOW_MS + afterMs).toISOString()} ${message}\n`;
}

test('events between both times, stream by stream; streams that come to share a folder do not overwrite each other', () =>
  TestBench.with(async (bench, groups) => {
    await bench.group();
    for (const stream of ['a/b', 'a-b', 'a-c', 'z']) await groups.createStream(SCOPE, 'g', stream);
    await bench.put(['early', 'first'], -1);
    await bench.put(['slash'], 5, 'a/b');
    await bench.put(['dash'], 6, 'a-b');
    await bench.put(['last', 'late'], 1_000, 'a-c');
    const { id } = await create(bench);
    const task = await until(bench, id, 'COMPLETED');
    assert.deepEqual(exported(bench, id), {
      'a-b/000000.gz': line(6, 'dash'),
      'a-b/000001.gz': line(5, 'slash'),
      'a-c/000000.gz': line(1_000, 'last'),
      's/000000.gz': line(0, 'first'),
    });
    assert.equal(task.completedMs, NOW_MS);
    assert.equal(bench.buckets.objects.get('p/aws-logs-write-test')?.toString(), 'Permission Check Successful');
    const [writer] = bench.buckets.writers;
    assert.deepEqual(writer, {
      servicePrincipal: 'logs.us-east-1.amazonaws.com',
      sourceAccount: SCOPE.accountId,
      sourceArn: `arn:aws:logs:us-east-1:${SCOPE.accountId}:log-group:g:*`,
    });
    const { id: second } = await create(bench, { streamPrefix: 'a/' });
    await until(bench, second, 'COMPLETED');
    assert.deepEqual(exported(bench, second), { 'a-b/000000.gz': line(5, 'slash') });
  }));

test('a file ends before it becomes too large, and reading goes on behind the last event', async () => {
  const rows = Array.from({ length: 10 }, (_, index) => row(index));
  const store = {
    // One at a time, each more than is asked for, until none is left.
    readLogEvents: ({ after, bytesMax = 0 }: LogEventQuery): Promise<LogEventRow[]> => {
      const next = rows[after ? after.key.index + 1 : 0];
      return Promise.resolve(next ? [{ ...next, message: next.message.padEnd(bytesMax + 1, '.') }] : []);
    },
  };
  const sizes: number[] = [];
  for await (const { bytes, last } of exportFiles(store, { groupGeneration: 'g' }, undefined, 10_000_000)) {
    sizes.push(gunzipSync(bytes).toString().trimEnd().split('\n').length);
    assert.equal(last.key.index, sizes.reduce((sum, size) => sum + size) - 1);
  }
  assert.deepEqual(sizes, [2, 2, 2, 2, 2]);
});
function row(index: number): LogEventRow {
  const key = { node: 'n', sequence: 1, index };
  return {
    key,
    message: `${index}`,
    timestampMs: index,
    ingestionMs: 0,
    streamName: 's',
    groupGeneration: 'g',
    ...SCOPE,
  };
}

test('one is active at a time in an account and Region; it is cancelled, and what has ended cannot be', () =>
  TestBench.with(async (bench, groups) => {
    await bench.group();
    await bench.put(['a']);
    const { promise: gate, resolve: open } = Promise.withResolvers<void>();
    bench.buckets.onPut = (key) => (key.endsWith('.gz') ? gate : undefined);
    const both = await Promise.allSettled([create(bench), create(bench)]);
    assert.deepEqual(
      both.map((one) => (one.status === 'fulfilled' ? 'made' : (one.reason as { code: string }).code)),
      ['made', 'LimitExceededException'],
    );
    const id = both[0]?.status === 'fulfilled' ? both[0].value.id : '';
    await until(bench, id, 'RUNNING');
    await assert.rejects(create(bench), { code: 'LimitExceededException' });
    await groups.exports.cancel(SCOPE, id);
    assert.equal(groups.exports.get(SCOPE, id).status, 'PENDING_CANCEL');
    await assert.rejects(create(bench), { code: 'LimitExceededException' });
    open();
    await until(bench, id, 'CANCELLED');
    await assert.rejects(groups.exports.cancel(SCOPE, id), { code: 'InvalidOperationException' });
    await assert.rejects(groups.exports.cancel({ ...SCOPE, region: 'eu-west-1' }, id), {
      code: 'ResourceNotFoundException',
    });
    const { id: next } = await create(bench);
    await until(bench, next, 'COMPLETED');
  }));

test('a task that is cancelled while it ends does not stay active', () =>
  TestBench.with(async (bench, groups) => {
    await bench.group();
    await bench.put(['a']);
    for (let attempt = 0; attempt < 20; attempt += 1) {
      const { id } = await create(bench);
      await until(bench, id, 'RUNNING', 'COMPLETED');
      for (let turn = 0; turn < attempt; turn += 1) await setImmediate();
      const cancelled = await groups.exports.cancel(SCOPE, id).then(
        () => true,
        () => false,
      );
      await until(bench, id, cancelled ? 'CANCELLED' : 'COMPLETED');
    }
  }));

test('what a stop breaks off goes on at the next start, behind what stands in the bucket', () =>
  TestBench.with(async (bench, groups) => {
    await bench.group();
    await groups.createStream(SCOPE, 'g', 't');
    await bench.put(['a']);
    await bench.put(['b'], 1, 't');
    const reached = Promise.withResolvers<void>();
    bench.buckets.onPut = (key) => {
      if (!key.includes('/t/')) return;
      reached.resolve();
      throw new Error('the object store is away');
    };
    const { id } = await create(bench);
    await reached.promise;
    assert.deepEqual(exported(bench, id), { 's/000000.gz': line(0, 'a') });
    const again: string[] = [];
    bench.buckets.onPut = (key) => void again.push(key);
    (await bench.restart()).start();
    await until(bench, id, 'COMPLETED');
    assert.deepEqual(again, [`p/${id}/t/000000.gz`]);
    assert.deepEqual(exported(bench, id), { 's/000000.gz': line(0, 'a'), 't/000000.gz': line(1, 'b') });
  }));

test('a bucket that refuses, and a group that is deleted, end an export in words', () =>
  TestBench.with(async (bench, groups) => {
    await bench.group();
    await bench.put(['a']);
    bench.buckets.onPut = (key) => {
      if (key.endsWith('.gz')) throw new ExportRefused('its policy does not allow it');
    };
    const refused = await create(bench);
    assert.equal((await until(bench, refused.id, 'FAILED')).message, 'its policy does not allow it');
    bench.buckets.onPut = async (key) => {
      if (key.endsWith('test')) await groups.delete(SCOPE, 'g', () => undefined);
    };
    const orphan = await create(bench);
    assert.equal((await until(bench, orphan.id, 'FAILED')).message, 'The log group was deleted.');
    assert.deepEqual(exported(bench, orphan.id), {});
  }));

test('what cannot be exported is refused before anything is written', () =>
  TestBench.with(async (bench, groups) => {
    await bench.group();
    await groups.create(SCOPE, { name: 'rare', groupClass: 'INFREQUENT_ACCESS' });
    const code = { code: 'InvalidParameterException' };
    await assert.rejects(create(bench, { fromMs: NOW_MS + 1, toMs: NOW_MS }), code);
    await assert.rejects(create(bench, { fromMs: 0, toMs: NOW_MS - 1 }), code);
    await assert.rejects(create(bench, { prefix: 'p'.repeat(1_010) }), code);
    await assert.rejects(groups.exports.create(groups.get(SCOPE, 'rare'), WANTED), code);
    await assert.rejects(create(bench, { bucketName: 'none' }), {
      ...code,
      message: 'The given bucket does not exist. Please make sure the bucket is valid.',
    });
    bench.buckets.readable = false;
    await assert.rejects(create(bench), { ...code, message: /^GetBucketAcl call on the given bucket failed\./ });
    bench.buckets.readable = true;
    bench.buckets.region = 'eu-west-1';
    await assert.rejects(create(bench), code);
    bench.buckets.region = SCOPE.region;
    bench.buckets.onPut = () => {
      throw new ExportRefused('no');
    };
    await assert.rejects(create(bench), { ...code, message: /^PutObject call on the given bucket failed\./ });
    assert.deepEqual([...bench.buckets.objects], []);
    assert.deepEqual(groups.exports.list(SCOPE), []);
  }));

test('only so many tasks are kept, the newest', () =>
  TestBench.with(async (bench, groups) => {
    await bench.group();
    const first = await create(bench);
    await until(bench, first.id, 'COMPLETED');
    for (let made = 0; made < TASKS_KEPT; made += 1) {
      const { id } = await create(bench);
      await until(bench, id, 'COMPLETED');
    }
    assert.equal(groups.exports.list(SCOPE).length, TASKS_KEPT);
    assert.throws(() => groups.exports.get(SCOPE, first.id), { code: 'ResourceNotFoundException' });
    assert.equal((await bench.restart()).exports.list(SCOPE).length, TASKS_KEPT);
  }));
