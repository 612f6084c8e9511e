/** The words of messages, on a real engine. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { openTempEngine, type TempEngine } from '../../test/support/open-temp-engine.ts';
import { systemClock, randomIds } from '#base';
import type { StoreClient } from './client.ts';
import { IndexWords } from './index-words.ts';
import { Inserter } from './inserts.ts';
import { migrate } from './migrations.ts';
import { LOG_EVENTS } from './tables/log-events.ts';
import type { LogEventRow } from './types.ts';

const DAY_MS = 86_400_000;
const NOON_MS = Date.UTC(2026, 5, 1, 12);
const WHOLE = { startMs: NOON_MS, endMs: NOON_MS + 10 * DAY_MS };

describe('words of messages', () => {
  let engine: TempEngine;
  let client: StoreClient;
  let words: IndexWords;
  let sequence = 0;

  before(async () => {
    engine = await openTempEngine();
    client = engine.storeClient;
    await migrate(client, { replicated: false }, 0);
    words = new IndexWords(client);
  });
  after(async () => {
    await engine[Symbol.asyncDispose]();
  });

  const put = async (messages: readonly string[], dayNumber = 0): Promise<void> => {
    const inserter = new Inserter(client, LOG_EVENTS, { clock: systemClock, ids: randomIds, onEvent: () => undefined });
    const first = sequence + 1;
    const rows = messages.map((message): LogEventRow => {
      sequence += 1;
      return {
        key: { node: 'n', sequence, index: 0 },
        accountId: '1',
        region: 'r',
        groupGeneration: 'g',
        streamName: 's',
        timestampMs: NOON_MS + dayNumber * DAY_MS,
        ingestionMs: 0,
        message,
      };
    });
    await inserter.insert({ node: 'n', firstSequence: first, lastSequence: sequence, rows, retry: false });
  };
  const holding = async (text: string, anyCase = false, range = WHOLE): Promise<readonly string[] | undefined> =>
    (await words.holding([{ text, anyCase }], range))[0]?.toSorted();

  test('are those that hold a part, in its case or in any', async () => {
    await put([
      'Invoice for invoices',
      'reinvoiced: größer 請確認發票',
      'to\u212Aen and token',
      'cafe0123 CAFE01 x-cafe',
    ]);
    assert.deepEqual(await holding('invoice'), ['invoices', 'reinvoiced']);
    assert.deepEqual(await holding('Invoice'), ['Invoice']);
    assert.deepEqual(await holding('INVOICE', true), ['Invoice', 'invoices', 'reinvoiced']);
    assert.deepEqual(await holding('确认'), []);
    assert.deepEqual(await holding('確認'), ['請確認發票']);
    assert.deepEqual(await holding('größe'), ['größer']);
    assert.deepEqual(await holding('Größe', true), ['größer']);
    assert.deepEqual(await holding('token', true), ['token', 'to\u212Aen']);
    assert.deepEqual(await holding('cafe'), ['cafe', 'cafe0123']);
    assert.deepEqual(await holding('cafe', true), ['CAFE01', 'cafe', 'cafe0123']);
    assert.deepEqual(await holding('nowhere'), []);
  });

  test('are known at once when events come, and again after a merge', async () => {
    assert.deepEqual(await holding('latecomer'), []);
    await put(['a latecomer']);
    assert.deepEqual(await holding('latecomer'), ['latecomer']);
    await client.command('OPTIMIZE TABLE varve.log_events FINAL');
    assert.deepEqual(await holding('latecomer'), ['latecomer']);
  });

  test('are told from the table by who did not copy them', async () => {
    const before_ = await count();
    assert.deepEqual(await new IndexWords(client).holding([{ text: 'latecomer', anyCase: false }], WHOLE), [
      ['latecomer'],
    ]);
    assert.equal(await count(), before_);
  });

  test('are those of the days that are asked for', async () => {
    await put(['Tuesdayish'], 1);
    assert.deepEqual(await holding('Tuesdayish', false, { startMs: NOON_MS, endMs: NOON_MS + 1 }), []);
    assert.deepEqual(await holding('Tuesdayish', false, { startMs: NOON_MS + DAY_MS, endMs: NOON_MS + DAY_MS }), [
      'Tuesdayish',
    ]);
    // Beyond the days that a partition can tell.
    assert.deepEqual(await holding('Tuesdayish', false, { startMs: -1, endMs: Date.UTC(2200, 0) }), ['Tuesdayish']);
  });

  test('are known though some events have none', async () => {
    await put(['{}', '', '--- !!! ---'], 3);
    assert.deepEqual(await holding('latecomer'), ['latecomer']);
  });

  test('are not told when they are too many', async () => {
    await put([Array.from({ length: 300 }, (_, index) => `many${index}x`).join(' ')]);
    assert.equal(await holding('many'), undefined);
    assert.deepEqual(await holding('many17x'), ['many17x']);
  });

  test('of parts that are gone are removed', async () => {
    for (let at = 0; at < 40; at += 1) {
      await put([`gone${at}`], 2);
      await holding(`gone${at}`);
    }
    await client.command('OPTIMIZE TABLE varve.log_events FINAL');
    // A search that began before the first of the two may still be reading them.
    await words.tend();
    assert.ok((await left()) > 0);
    await words.tend();
    // They are removed while nobody waits.
    const deadlineMs = performance.now() + 30_000;
    while ((await left()) > 0 && performance.now() < deadlineMs)
      await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal(await left(), 0);
    assert.deepEqual(await holding('gone7'), ['gone7']);
  });

  test('are kept where events are deleted, and go with the last part of a day', async () => {
    await put(['keeper', 'goner'], 6);
    assert.deepEqual(await holding('keeper'), ['keeper']);
    const before_ = await count();
    await client.command("DELETE FROM varve.log_events WHERE message = 'goner'");
    assert.deepEqual(await holding('keeper'), ['keeper']);
    assert.equal(await count(), before_, 'nothing is copied again');
    await client.command("ALTER TABLE varve.log_events DROP PARTITION ID '20260607'");
    await words.tend();
    assert.deepEqual(
      await client.rows(
        "SELECT name FROM system.parts WHERE table = 'log_words' AND active AND partition_id = '20260607'",
      ),
      [],
    );
    assert.deepEqual(await holding('keeper'), []);
  });

  test('of a part that was lost do not count for another of its name', async () => {
    const lost = '20260601_99999_99999_0';
    await client.command(
      `INSERT INTO varve.log_words SELECT '2026-06-01', '${lost}', kind, if(kind = 0, 'phantom', '') FROM (SELECT arrayJoin([0, 2]) AS kind)`,
    );
    await words.load();
    const deadlineMs = performance.now() + 30_000;
    while ((await left()) > 0 && performance.now() < deadlineMs)
      await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal(await left(), 0);
    assert.deepEqual(await holding('phantom'), []);
  });

  test('are not known while events have no index', async () => {
    await client.command('ALTER TABLE varve.log_events DROP INDEX words_message');
    await client.command(
      'ALTER TABLE varve.log_events ADD INDEX words_message message TYPE text(tokenizer = splitByNonAlpha)',
    );
    await client.command('TRUNCATE TABLE varve.log_words');
    await words.load();
    assert.equal(await holding('latecomer'), undefined);
    // … though they are found, part by part.
    const [row] = await client.rows<{ n: number }>(
      "SELECT count() AS n FROM varve.log_events WHERE message LIKE '%latecomer%' AND hasAnyTokens(message, ['latecomer'])",
    );
    assert.equal(row?.n, 1);
    await client.command('ALTER TABLE varve.log_events MATERIALIZE INDEX words_message SETTINGS mutations_sync = 1');
    assert.deepEqual(await holding('latecomer'), ['latecomer']);
  });

  /** Rows of parts that are gone. */
  async function left(): Promise<number> {
    const [row] = await client.rows<{ n: number }>(
      `SELECT count() AS n FROM varve.log_words WHERE part NOT IN (
          SELECT arrayStringConcat(arraySlice(splitByChar('_', name), 1, 4), '_')
          FROM system.parts WHERE table = 'log_events' AND active)`,
    );
    return row?.n ?? 0;
  }

  async function count(): Promise<number> {
    return (await client.rows<{ n: number }>('SELECT count() AS n FROM varve.log_words'))[0]?.n ?? 0;
  }
});
