/**
 * One test for each of the ten things that libchdb 3.4 does and a store must not (store-measurements §0), through the
 * facade, with the official client.
 */
import assert from 'node:assert/strict';
import { execFile, execFileSync, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import type { ClickHouseError } from '@clickhouse/client';
import { openTempEngine, type TempEngine } from '../../../test/support/open-temp-engine.ts';

/** Small, so that a query that wants too much is soon stopped. */
const MEMORY_BYTES_MAX = 700_000_000;
/** Runs until it is killed. */
const ENDLESS = 'SELECT count() FROM numbers(1000000000000000)';

describe('the traps of libchdb, behind the facade', () => {
  let engine: TempEngine;
  before(async () => {
    engine = await openTempEngine({ memoryBytesMax: MEMORY_BYTES_MAX });
    await engine.client.command({ query: 'CREATE DATABASE t' });
  });
  after(() => engine[Symbol.asyncDispose]());

  const rows = async <Row>(query: string, params: Record<string, unknown> = {}): Promise<Row[]> =>
    (await engine.client.query({ query, format: 'JSONEachRow', query_params: params })).json<Row>();
  const failure = async (promise: Promise<unknown>): Promise<ClickHouseError> =>
    promise.then(
      () => assert.fail('should have failed'),
      (error: ClickHouseError) => error,
    );
  /** Starts a query that never ends, and how to end it. */
  const startEndless = (query = ENDLESS): { ended: () => boolean; stop: () => Promise<void> } => {
    const abort = new AbortController();
    let ended = false;
    const running = rowsUntil(query, abort.signal).then(
      () => (ended = true),
      () => (ended = true),
    );
    return {
      ended: () => ended,
      stop: async () => {
        abort.abort();
        await running;
      },
    };
  };
  const rowsUntil = async (query: string, signal: AbortSignal): Promise<unknown> =>
    (await engine.client.query({ query, format: 'JSONEachRow', abort_signal: signal })).json();
  /** How many queries with this text the engine works on. */
  const runningCount = async (part: string): Promise<number> => {
    const found = await rows<{ n: number }>(
      'SELECT count()::UInt32 AS n FROM system.processes WHERE position(query, {part:String}) > 0 AND position(query, {marker:String}) = 0',
      { part, marker: 'system.processes' },
    );
    return found[0]?.n ?? 0;
  };
  const untilRunning = async (part: string, count: number): Promise<void> => {
    while ((await runningCount(part)) !== count) await new Promise((resolve) => setImmediate(resolve));
  };

  test('1: a query that fails after rows leaves none of them to the next query', async () => {
    for (let round = 0; round < 10; round += 1) {
      const error = await failure(
        rows('SELECT number, throwIf(number = 90000) FROM numbers(1000000) SETTINGS max_block_size = 10000'),
      );
      assert.equal(error.code, '395', error.message);
      assert.deepEqual(await rows('SELECT 42 AS n'), [{ n: 42 }]);
    }
  });

  test('2: data that looks like SQL after a blank line is data', async () => {
    await engine.client.command({ query: 'CREATE TABLE t.victim (s String) ENGINE = MergeTree ORDER BY s' });
    const evil = 'x\n\nDROP TABLE t.victim';
    const binary = Buffer.concat([Buffer.from([evil.length]), Buffer.from(evil)]);
    const answer = await engine.send({ query: 'INSERT INTO t.victim (s) FORMAT RowBinary', body: binary });
    assert.deepEqual(answer, { status: 200, text: '' });
    // Not valid in their formats; what matters is that nothing of them runs.
    for (const format of ['CSV', 'TabSeparated', 'JSONEachRow']) {
      await engine.send({ query: `INSERT INTO t.victim FORMAT ${format}`, body: '\n\nDROP TABLE t.victim\n' });
    }
    await engine.client.insert({ table: 't.victim', values: [{ s: evil }], format: 'JSONEachRow' });
    const found = await rows<{ n: number }>('SELECT count()::UInt32 AS n FROM t.victim WHERE s = {evil:String}', {
      evil,
    });
    assert.deepEqual(found, [{ n: 2 }]);
    const inline = await engine.send({ query: "INSERT INTO t.victim VALUES ('a')\n\nDROP TABLE t.victim" });
    assert.equal(inline.status, 400);
    assert.match(inline.text, /must be the body of the request/);
  });

  test('3: an insert that would lose its rows in silence is refused', async () => {
    await engine.client.command({ query: 'CREATE TABLE t.quiet (n UInt8) ENGINE = MergeTree ORDER BY n' });
    const refused = await engine.send({ query: "INSERT INTO t.quiet SELECT n FROM input('n UInt8') FORMAT CSV\n1\n" });
    assert.equal(refused.status, 400);
    const withBody = await engine.send({
      query: "INSERT INTO t.quiet SELECT n FROM input('n UInt8') FORMAT CSV",
      body: '1\n',
    });
    assert.equal(withBody.status, 400);
    const cut = await engine.send({ query: 'INSERT INTO t.victim (s) FORMAT RowBinary', body: Buffer.from([9, 65]) });
    assert.match(cut.text, /^Code: 33\./);
  });

  test('4: the settings of a query do not stick', async () => {
    const setting = "SELECT toUInt32(getSetting('max_result_rows')) AS n";
    const changed = await engine.client.query({
      query: setting,
      format: 'JSONEachRow',
      clickhouse_settings: { max_result_rows: '777' },
    });
    assert.deepEqual(await changed.json(), [{ n: 777 }]);
    assert.deepEqual(await rows(setting), [{ n: 0 }]);
  });

  test('5: a quick query does not wait for a slow one', async () => {
    const slow = startEndless();
    await untilRunning('1000000000000000', 1);
    assert.deepEqual(await rows('SELECT 1 AS n'), [{ n: 1 }]);
    assert.equal(slow.ended(), false);
    await slow.stop();
    await untilRunning('1000000000000000', 0);
  });

  test('6: parameters of one query do not wait for, or mix with, those of another', async () => {
    const abort = new AbortController();
    let slowEnded = false;
    const slow = engine.client
      .query({
        query: 'SELECT count() FROM numbers({many:UInt64})',
        format: 'JSONEachRow',
        query_params: { many: '1000000000000001' },
        abort_signal: abort.signal,
      })
      .catch(() => undefined)
      .then(() => (slowEnded = true));
    await untilRunning('1000000000000001', 1);
    const texts = Array.from({ length: 200 }, (_, index) => `it's \n\t\\ "${index}" \u{1f600}`);
    const answers = await Promise.all(
      texts.map(async (value) => rows<{ value: string }>('SELECT {value:String} AS value', { value })),
    );
    assert.deepEqual(
      answers.map((answer) => answer[0]?.value),
      texts,
    );
    assert.equal(slowEnded, false);
    abort.abort();
    await slow;
    await untilRunning('1000000000000001', 0);
  });

  test('7: slow queries leave threads for files', async () => {
    const slow = Array.from({ length: 8 }, () => startEndless());
    await untilRunning('1000000000000000', 8);
    await engine.client.insert({ table: 't.victim', values: [{ s: 'file' }], format: 'JSONEachRow' });
    assert.ok(slow.every((query) => !query.ended()));
    await Promise.all(slow.map((query) => query.stop()));
    await untilRunning('1000000000000000', 0);
  });

  test('8: the process ends in order while a query runs', async () => {
    const other = await openTempEngine();
    const query = other.client.query({ query: ENDLESS, format: 'JSONEachRow' }).then((result) => result.json());
    const failed = failure(query);
    const result = await other.client.query({ query: 'SELECT 1', format: 'JSONEachRow' });
    await result.json();
    await other[Symbol.asyncDispose]();
    assert.ok((await failed) instanceof Error);
    assert.equal(await other.process.ended, 'the store process ended in order');
  });

  test('9: an acknowledged insert has been synced', async (context) => {
    if (!hasCommand('strace')) return context.skip('strace is not installed');
    await engine.client.command({
      query:
        'CREATE TABLE t.durable (s String) ENGINE = MergeTree ORDER BY s SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1',
    });
    const directory = await mkdtemp(join(tmpdir(), 'varve-strace-'));
    const log = join(directory, 'calls');
    const tracer = spawn('strace', ['-f', '-p', String(engine.process.pid), '-e', 'trace=fsync,fdatasync', '-o', log]);
    const attached = new Promise<boolean>((resolve) => {
      tracer.stderr.on('data', (chunk: Buffer) => {
        if (/attached/.test(chunk.toString())) resolve(true);
        else if (/not permitted|denied/i.test(chunk.toString())) resolve(false);
      });
    });
    if (!(await attached)) return context.skip('this machine does not let processes be traced');
    await engine.client.insert({ table: 't.durable', values: [{ s: 'kept' }], format: 'JSONEachRow' });
    tracer.kill('SIGINT');
    await new Promise((resolve) => tracer.once('close', resolve));
    const calls = (await readFile(log, 'utf8')).match(/f(?:data)?sync(?:\(\d+\)| resumed>\))\s+= 0/g) ?? [];
    assert.ok(calls.length >= 3, `the part's files and its directory: ${calls.length}`);
    await rm(directory, { recursive: true });
  });

  test('10: a query that wants more memory than the cap fails alone', async () => {
    const cap = await rows<{ value: string }>(
      "SELECT value FROM system.server_settings WHERE name = 'max_server_memory_usage'",
    );
    assert.deepEqual(cap, [{ value: String(MEMORY_BYTES_MAX) }]);
    const error = await failure(rows('SELECT length(groupArray(number)) FROM numbers(1000000000)'));
    assert.equal(error.code, '241');
    assert.deepEqual(await rows('SELECT 1 AS n'), [{ n: 1 }]);
  });
});

const run = promisify(execFile);

test('the engine runs behind the gateway in the scheduler, and without the gateway’s environment', async (context) => {
  if (process.platform !== 'linux') return context.skip('reads /proc');
  process.env['VARVE_TEST_SECRET'] = 'not for the engine';
  await using engine = await openTempEngine();
  const environment = await readFile(`/proc/${engine.process.pid}/environ`, 'utf8');
  assert.doesNotMatch(environment, /VARVE_TEST_SECRET/);
  const { stdout } = await run('ps', ['-o', 'ni=', '-p', String(engine.process.pid)]);
  assert.equal(Number(stdout), 10);
});

function hasCommand(name: string): boolean {
  try {
    execFileSync('which', [name]);
    return true;
  } catch {
    return false;
  }
}
