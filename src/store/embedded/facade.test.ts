/** The facade is a ClickHouse server to the official client, within the limits that its head tells. */
import assert from 'node:assert/strict';
import { readdir, stat } from 'node:fs/promises';
import { createConnection, createServer, type AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { ClickHouseError } from '@clickhouse/client';
import { OperationalError } from '#base';
import { openStore } from '#store';
import { openTempEngine, type TempEngine } from '../../../test/support/open-temp-engine.ts';
import { createInvocations, createVersions } from '../tables/definitions.ts';

describe('the facade', () => {
  let engine: TempEngine;
  before(async () => {
    engine = await openTempEngine();
    await engine.client.command({ query: 'CREATE DATABASE t' });
  });
  after(() => engine[Symbol.asyncDispose]());

  const failure = async (promise: Promise<unknown>): Promise<ClickHouseError> =>
    promise.then(
      () => assert.fail('should have failed'),
      (error: ClickHouseError) => error,
    );

  test('refuses who does not know the token, and shows others no way in', async () => {
    const refused = await engine.send({ query: 'SELECT 1', password: 'a guess' });
    assert.equal(refused.status, 403);
    assert.equal((await stat(engine.socketPath)).mode & 0o777, 0o600);
    const directory = join(dirname(engine.socketPath), 'engine');
    assert.equal((await stat(directory)).mode & 0o777, 0o700);
    for (const name of await readdir(directory, { recursive: true })) {
      assert.equal((await stat(join(directory, name))).mode & 0o077, 0, name);
    }
  });

  test('runs one statement a request', async () => {
    await engine.client.command({ query: 'CREATE TABLE t.one (n UInt8) ENGINE = MergeTree ORDER BY n' });
    for (const query of ['SELECT 1; DROP TABLE t.one', 'DELETE FROM t.one WHERE n = 1; DROP TABLE t.one']) {
      const refused = await engine.send({ query });
      assert.equal(refused.status, 400, query);
      assert.match(refused.text, /^Code: 62\. .*Multi-statements are not allowed/);
    }
    assert.deepEqual(await engine.send({ query: 'EXISTS TABLE t.one' }), { status: 200, text: '1\n' });
  });

  test('refuses statements that are not for a store', async () => {
    for (const query of ['SET max_threads = 1', 'USE t', 'ATTACH TABLE t.x', "SELECT 1 INTO OUTFILE '/tmp/x'", '']) {
      const refused = await engine.send({ query });
      assert.equal(refused.status, 400, query);
      assert.match(refused.text, /^Code: 62\./);
    }
  });

  test('gives the engine’s code and text, before an answer and in the middle of one', async () => {
    const unknown = await failure(engine.client.query({ query: 'SELECT * FROM t.nothing' }));
    assert.deepEqual([unknown.code, unknown.type], ['60', 'UNKNOWN_TABLE']);
    const result = await engine.client.query({
      query:
        "SELECT number, throwIf(number = 900000, 'made to fail') FROM numbers(1000000) SETTINGS max_block_size = 10000",
      format: 'JSONEachRow',
    });
    const seen: unknown[] = [];
    const middle = await failure(
      (async () => {
        for await (const batch of result.stream()) seen.push(...batch);
      })(),
    );
    assert.ok(seen.length >= 100_000, `rows came first: ${seen.length}`);
    assert.equal(middle.code, '395');
    assert.match(middle.message, /made to fail/);
  });

  test('kills the query of a client that goes away, before and in the middle of an answer', async () => {
    const abort = new AbortController();
    const endless = 'SELECT number FROM numbers(1000000000000007)';
    const result = await engine.client.query({ query: endless, format: 'JSONEachRow', abort_signal: abort.signal });
    const stream = result.stream();
    for await (const _ of stream) break;
    stream.destroy();
    result.close();
    const running = async (): Promise<number> => {
      const query =
        "SELECT count()::UInt32 AS n FROM system.processes WHERE position(query, '0000007)') > 0 AND position(query, 'processes') = 0";
      const found = await (await engine.client.query({ query, format: 'JSONEachRow' })).json<{ n: number }>();
      return found[0]?.n ?? 0;
    };
    while ((await running()) > 0) await new Promise((resolve) => setImmediate(resolve));
    const insert = engine.client.command({
      query: `INSERT INTO t.one SELECT sum(number) FROM numbers(1000000000000007)`,
      abort_signal: abort.signal,
    });
    while ((await running()) === 0) await new Promise((resolve) => setImmediate(resolve));
    abort.abort();
    await failure(insert);
    while ((await running()) > 0) await new Promise((resolve) => setImmediate(resolve));
  });

  test('binds dates with milliseconds, arrays and names, and long parameters as a form', async () => {
    const query_params = { at: new Date(1_700_000_000_123), list: ["a'b", 'c\\d', 'e\nf'], table: 'numbers' };
    const result = await engine.client.query({
      query:
        "SELECT toString({at:DateTime64(3,'UTC')}) AS at, {list:Array(String)} AS list FROM system.{table:Identifier} LIMIT 1",
      format: 'JSONEachRow',
      query_params,
    });
    assert.deepEqual(await result.json(), [{ at: '2023-11-14 22:13:20.123', list: query_params.list }]);
    const long = await engine.client.query({
      query: 'SELECT length({list:Array(String)}) AS n, {list:Array(String)}[2] AS second',
      format: 'JSONEachRow',
      query_params: { list: ['x'.repeat(500_000), 'y\r\n--boundary'] },
      use_multipart_params: true,
    });
    assert.deepEqual(await long.json(), [{ n: 2, second: 'y\r\n--boundary' }]);
  });

  test('leaves no file of an insert behind, also of one that was broken off', async () => {
    const spool = join(dirname(engine.socketPath), 'engine', 'spool');
    await engine.client.insert({ table: 't.one', values: [{ n: 1 }], format: 'JSONEachRow' });
    await engine.send({ query: 'INSERT INTO t.nothing FORMAT RowBinary', body: Buffer.alloc(300_000) });
    const socket = createConnection(engine.socketPath);
    const auth = Buffer.from(`varve:${engine.token}`).toString('base64');
    const path = `/?query=${encodeURIComponent('INSERT INTO t.one FORMAT RowBinary')}`;
    socket.write(`POST ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Basic ${auth}\r\nContent-Length: 1000\r\n\r\nabc`);
    socket.end();
    await new Promise((resolve) => socket.once('close', resolve).resume());
    while ((await readdir(spool)).length > 0) await new Promise((resolve) => setImmediate(resolve));
    const result = await engine.client.query({
      query: 'SELECT count()::UInt32 AS n FROM t.one',
      format: 'JSONEachRow',
    });
    assert.deepEqual(await result.json(), [{ n: 1 }]);
  });

  test('the definitions for a cluster are understood: only the keeper is missing', async () => {
    await engine.client.command({ query: 'CREATE DATABASE varve' });
    for (const create of [createVersions, createInvocations]) {
      const error = await failure(engine.client.command({ query: create({ replicated: true }) }));
      assert.notEqual(error.code, '62', error.message);
      assert.match(error.message, /zookeeper|keeper|macro|replica/i);
    }
    const onCluster = createVersions({ replicated: true, cluster: 'main' });
    assert.match(onCluster, /^CREATE TABLE IF NOT EXISTS varve\.schema_version ON CLUSTER `main` \(/);
    assert.throws(() => createVersions({ replicated: true, cluster: 'a` (' }), { reason: 'store-config' });
    await engine.client.command({ query: 'DROP DATABASE varve' });
  });

  test('a store by URL works as the embedded one does, and comes back when its server does', async () => {
    let away = false;
    const proxy = createServer((near) => {
      if (away) return void near.destroy();
      const far = createConnection(engine.socketPath);
      near.pipe(far).pipe(near);
      for (const end of [near, far]) end.on('error', () => (near.destroy(), far.destroy()));
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const { port } = proxy.address() as AddressInfo;
    const ready: (() => void)[] = [];
    const url = `http://varve:${engine.token}@127.0.0.1:${port}`;
    const store = openStore({ mode: 'url', url }, { onEvent: (e) => e.name === 'store.ready' && ready.shift()?.() });
    const isReady = (): Promise<void> => new Promise((resolve) => ready.push(resolve));
    await store.start();
    assert.deepEqual(await store.streamStatistics('none'), []);
    away = true;
    // Connections that are open already go through; those that the failing reads open do not.
    while (store.failure === undefined) {
      await Promise.allSettled(Array.from({ length: 20 }, () => store.streamStatistics('none')));
    }
    assert.match(store.failure, /the store does not answer \(ECONNRESET\) while connecting/);
    await assert.rejects(store.streamStatistics('none'), OperationalError);
    const again = isReady();
    away = false;
    await again;
    assert.deepEqual(await store.streamStatistics('none'), []);
    await store.close();
    await new Promise((resolve) => proxy.close(resolve));
    const wrong = openStore({ mode: 'url', url: `http://varve:wrong@127.0.0.1:${port}` });
    await assert.rejects(wrong.start(), { reason: 'store-unavailable' });
    await wrong.close();
    assert.throws(() => openStore({ mode: 'url', url: 'clickhouse' }), { reason: 'store-config' });
  });
});
