/** The inserter against an engine that refuses data, and what may be derived from records so that it does not. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { randomIds, systemClock } from '#base';
import { openTempEngine, type TempEngine } from '../../test/support/open-temp-engine.ts';
import type { StoreClient } from './client.ts';
import type { StoreEvent } from './events.ts';
import { HeldRows } from './held-rows.ts';
import { Inserter } from './inserts.ts';
import { migrate } from './migrations.ts';
import type { InsertTable } from './tables/column.ts';
import { LOG_EVENTS } from './tables/log-events.ts';
import type { LogEventRow } from './types.ts';

function event(sequence: number, message: string): LogEventRow {
  return {
    key: { node: 'n', sequence, index: 0 },
    accountId: '1',
    region: 'r',
    groupGeneration: 'g',
    streamName: 's',
    timestampMs: Date.UTC(2026, 0, 1) + sequence,
    ingestionMs: 0,
    message,
  };
}

function heldRows(table: InsertTable<LogEventRow>, rows: readonly LogEventRow[]): HeldRows<LogEventRow> {
  const held = new HeldRows(table);
  for (const row of rows) held.add(row);
  return held;
}

for (const form of ['rows', 'held rows'] as const)
  describe(`inserts of ${form}`, () => {
    let engine: TempEngine;
    let client: StoreClient;
    const events: StoreEvent[] = [];
    /** As the real table, but attributes are the message unchecked. */
    const unchecked: InsertTable<LogEventRow> = {
      ...LOG_EVENTS,
      derived: (row) => ({ attributes: row.message, others: [], completion: '', verbatim: true }),
    };

    before(async () => {
      engine = await openTempEngine();
      client = engine.storeClient;
      await migrate(client, { replicated: false }, 0);
    });
    after(async () => {
      await engine[Symbol.asyncDispose]();
    });

    const inserterOf = (table: InsertTable<LogEventRow>): Inserter<LogEventRow> =>
      new Inserter(client, table, { clock: systemClock, ids: randomIds, onEvent: (told) => events.push(told) });
    const insert = (table: InsertTable<LogEventRow>, rows: LogEventRow[], retry = false): Promise<void> => {
      const [first, last] = [rows[0]?.key.sequence ?? 0, rows.at(-1)?.key.sequence ?? 0];
      const range = { node: 'n', firstSequence: first, lastSequence: last, retry };
      return inserterOf(table).insert(
        form === 'rows' ? { ...range, rows } : { ...range, rows: heldRows(table, rows), again: () => rows },
      );
    };
    const stored = (from: number, to: number): Promise<{ sequence: number; attrs: unknown }[]> =>
      client.rows(
        'SELECT sequence, attrs FROM varve.log_events WHERE sequence BETWEEN {from:UInt64} AND {to:UInt64} ORDER BY sequence',
        { from, to },
      );

    test('rows whose attributes the engine refuses are stored without, and the others with', async () => {
      const poison = new Set([3, 4, 17]);
      const rows = Array.from({ length: 20 }, (_, index) =>
        event(index, poison.has(index) ? '{"a":1e400}' : `{"a":${index}}`),
      );
      await insert(unchecked, rows);
      assert.deepEqual(
        await stored(0, 19),
        rows.map((row) => ({
          sequence: row.key.sequence,
          attrs: poison.has(row.key.sequence) ? {} : { a: row.key.sequence },
        })),
      );
      const dropped = events.filter((told) => told.name === 'store.attributes-dropped');
      assert.deepEqual(dropped, [
        { name: 'store.attributes-dropped', level: 'warn', table: 'varve.log_events', rows: 3 },
      ]);
      await insert(unchecked, rows, true);
      assert.equal((await stored(0, 19)).length, 20);
    });

    test('a partly inserted batch with refused attributes is replaced whole', async () => {
      const rows = Array.from({ length: 6 }, (_, index) => event(100 + index, index === 5 ? '{' : '{"a":1}'));
      await insert(unchecked, rows.slice(0, 2));
      await insert(unchecked, rows, true);
      assert.deepEqual(
        (await stored(100, 105)).map((row) => row.attrs),
        [{ a: 1 }, { a: 1 }, { a: 1 }, { a: 1 }, { a: 1 }, {}],
      );
    });

    test('a retry waits until the earlier try has come to its end', async () => {
      const rows = [event(200, 'm')];
      const abort = new AbortController();
      // An insert under the batch's own token that takes its time; the facade knows it by its comment.
      const earlier = engine.client
        .command({
          query:
            'INSERT INTO varve.attributes_probe SELECT toJSONString(map()) FROM numbers(1000000000000009) WHERE sleepEachRow(0.01) = 1',
          clickhouse_settings: { log_comment: 'n:200-200', function_sleep_max_microseconds_per_block: '1000000000' },
          abort_signal: abort.signal,
        })
        .catch(() => undefined);
      const running = async (): Promise<number> => {
        const found = await client.rows<{ n: number }>(
          "SELECT count()::UInt32 AS n FROM system.processes WHERE startsWith(Settings['log_comment'], 'n:200-200')",
        );
        return found[0]?.n ?? 0;
      };
      while ((await running()) === 0) await new Promise((resolve) => setImmediate(resolve));
      let done = false;
      const retried = insert(LOG_EVENTS, rows, true).then(() => (done = true));
      await running();
      assert.equal(done, false);
      assert.deepEqual(await stored(200, 200), []);
      abort.abort();
      await Promise.all([earlier, retried]);
      assert.equal((await stored(200, 200)).length, 1);
    });

    test('everything that attributes are derived from is taken by the engine', async () => {
      const sources = [
        '{"a":1e20,"b":18446744073709551616,"c":-9223372036854775809,"d":1e400,"e":5e-324,"f":-0}',
        '{"a":[1,2.5],"b":[1,"x"],"c":[true,false],"d":[[1]],"e":[],"f":[{"x":1}]}',
        '{"a":{"a.b":1,"a":{"b":2}},"a.a":3,"":4,"null":5,"x":null,"y":{}}',
        '{"\\ud800":1,"\\udbff":"\\udc00","\\u0000":"\\u0000"}',
        '{"a b":1,"a`b":2,"a\'b":3,"a\\\\b":4,"a[]":5,"%2e":6,"a:b":7,"__proto__":{"x":8}}',
        '{"a":"2020-01-01","b":"2020-01-01 00:00:00","c":"nan","a":{"b":1}}',
        `{${Array.from({ length: 300 }, (_, index) => `"k${index}":${index}`).join(',')}}`,
        `${'{"a":'.repeat(30)}1${'}'.repeat(30)}`,
        `{"long":"${'é'.repeat(256)}","longer":"${'é'.repeat(257)}"}`,
        '[1]',
        '{"broken":',
        '',
      ];
      const before_ = events.length;
      await insert(
        LOG_EVENTS,
        sources.map((source, index) => event(300 + index, source)),
      );
      assert.ok(events.slice(before_).every((told) => told.name !== 'store.attributes-dropped'));
      const attrs = (await stored(300, 320)).map((row) => row.attrs as Record<string, unknown>);
      assert.equal(attrs.length, sources.length);
      // Lists are told of in `others` only.
      assert.deepEqual(attrs[1], {});
      assert.equal(Object.keys(attrs[6] ?? {}).length, 100);
      assert.deepEqual(attrs[7], {});
      assert.deepEqual(attrs[8], { long: 'é'.repeat(256) });
      assert.deepEqual(attrs.slice(9), [{}, {}, {}]);
    });

    test('the tables have every durability setting, in both variants', async () => {
      const rows = await client.rows<{ name: string; create: string }>(
        "SELECT name, create_table_query AS create FROM system.tables WHERE database = 'varve' AND engine = 'MergeTree'",
      );
      assert.deepEqual(rows.map((row) => row.name).toSorted(), [
        'audit_events',
        'invocations',
        'log_deletions',
        'log_events',
        'log_words',
        'schema_version',
      ]);
      for (const { name, create } of rows) {
        for (const setting of [
          'fsync_after_insert = 1',
          'fsync_part_directory = 1',
          'min_rows_to_fsync_after_merge = 1',
        ]) {
          assert.ok(create.includes(setting), `${name}: ${setting}`);
        }
      }
    });

    test('events from before completions were kept say that theirs is unknown, those of now have one', async () => {
      await client.command('ALTER TABLE varve.log_events DROP INDEX words_completion');
      await client.command('ALTER TABLE varve.log_events DROP COLUMN completion');
      await insert({ ...LOG_EVENTS, hasCompletion: false }, [event(9_000, 'old')]);
      await client.command('DELETE FROM varve.schema_version WHERE version >= 4');
      await migrate(client, { replicated: false }, 0);
      await insert(LOG_EVENTS, [
        { ...event(9_001, '{"a":1}'), completion: (record) => JSON.stringify(record) },
        event(9_002, 'none'),
      ]);
      const rows = await client.rows(
        'SELECT completion FROM varve.log_events WHERE sequence >= 9000 ORDER BY sequence',
      );
      assert.deepEqual(rows, [
        { completion: '\u0001unknowncompletion' },
        { completion: '{"a":1}' },
        { completion: '' },
      ]);
      const [{ found } = { found: 0 }] = await client.rows<{ found: number }>(
        "SELECT count() AS found FROM varve.log_events WHERE sequence >= 9000 AND hasAllTokens(completion, 'unknowncompletion')",
      );
      assert.equal(found, 1);
    });

    test('the text indexes and attributes that invocations had go, and their rows stay', async () => {
      const indexes = (): Promise<{ name: string }[]> =>
        client.rows("SELECT name FROM system.data_skipping_indices WHERE table = 'invocations' AND type = 'text'");
      for (const column of ['prompt', 'completion']) {
        await client.command(
          `ALTER TABLE varve.invocations ADD INDEX ft_${column} ${column} TYPE text(tokenizer = splitByNonAlpha)`,
        );
      }
      await client.command('ALTER TABLE varve.invocations ADD COLUMN attrs JSON(max_dynamic_paths=128)');
      await client.command("INSERT INTO varve.invocations (sequence, prompt) SELECT 9100, 'kept'");
      assert.equal((await indexes()).length, 2);
      await client.command('DELETE FROM varve.schema_version WHERE version >= 6');
      await migrate(client, { replicated: false }, 0);
      assert.deepEqual(await indexes(), []);
      const columns = await client.rows(
        "SELECT name FROM system.columns WHERE table = 'invocations' AND name = 'attrs' AND database = 'varve'",
      );
      assert.deepEqual(columns, []);
      assert.deepEqual(await client.rows('SELECT prompt FROM varve.invocations WHERE sequence = 9100'), [
        { prompt: 'kept' },
      ]);
    });

    test('parts are of few files in tables that were there before, too', async () => {
      const compact = (): Promise<{ name: string }[]> =>
        client.rows(
          "SELECT name FROM system.tables WHERE database = 'varve' AND create_table_query LIKE '%min_bytes_for_wide_part = 104857600%' ORDER BY name",
        );
      const names = [{ name: 'audit_events' }, { name: 'invocations' }, { name: 'log_events' }];
      assert.deepEqual(await compact(), names);
      for (const { name } of names) {
        await client.command(`ALTER TABLE varve.${name} RESET SETTING min_bytes_for_wide_part`);
      }
      assert.deepEqual(await compact(), []);
      await client.command('DELETE FROM varve.schema_version WHERE version >= 6');
      await migrate(client, { replicated: false }, 0);
      assert.deepEqual(await compact(), names);
    });

    test('long texts have the default codec in tables that were there before, too, and stay what they are', async () => {
      const texts = (): Promise<unknown[]> =>
        client.rows(
          "SELECT table, name, compression_codec AS codec FROM system.columns WHERE database = 'varve' AND name IN ('completion', 'prompt', 'raw') ORDER BY table, name",
        );
      const wanted = await texts();
      assert.ok(wanted.length === 4 && !JSON.stringify(wanted).includes('ZSTD'), JSON.stringify(wanted));
      await client.command('ALTER TABLE varve.log_events MODIFY COLUMN completion String CODEC(ZSTD(3))');
      await client.command('ALTER TABLE varve.invocations MODIFY COLUMN raw String CODEC(ZSTD(3))');
      await insert(LOG_EVENTS, [event(9_200, 'before')]);
      await client.command('DELETE FROM varve.schema_version WHERE version >= 6');
      await migrate(client, { replicated: false }, 0);
      assert.deepEqual(await texts(), wanted);
      await insert(LOG_EVENTS, [event(9_201, 'after')]);
      await client.command('OPTIMIZE TABLE varve.log_events FINAL');
      assert.deepEqual(
        await client.rows('SELECT message FROM varve.log_events WHERE sequence >= 9200 ORDER BY sequence'),
        [{ message: 'before' }, { message: 'after' }],
      );
    });

    test('a schema of a later version is refused', async () => {
      await client.command('INSERT INTO varve.schema_version SELECT 99, now64(3)');
      await assert.rejects(migrate(client, { replicated: false }, 0), { reason: 'store-schema-newer' });
    });
  });
