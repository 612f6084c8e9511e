import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DAY_MS, DAY_OTHERS_MAX, dayOf, KnownOthers, NOT_VERBATIM, OthersSeen } from './known-others.ts';
import type { LogEventRow } from './types.ts';

const DAY = dayOf(Date.UTC(2026, 10, 21));
type Rows = readonly { readonly day: number; readonly others: readonly string[] }[];

function seen(...rows: readonly (readonly [day: number, other: string])[]): OthersSeen {
  const all = new OthersSeen();
  for (const [day, other] of rows) {
    all.add({ groupGeneration: 'g', timestampMs: day * DAY_MS + 5 } as LogEventRow, {
      others: [other],
      verbatim: true,
    });
  }
  return all;
}

/** An engine that answers when it is told to, with what was there when it was asked. */
class SlowEngine {
  readonly rows: { day: number; others: string[] }[] = [];
  readonly asked: (readonly [from: number, to: number])[] = [];
  answer: () => void = () => undefined;

  ask = (from: number, to: number): Promise<Rows> => {
    this.asked.push([from, to]);
    const found = this.rows.filter(({ day }) => day >= from && day <= to);
    return new Promise((resolve) => {
      this.answer = () => resolve(found);
    });
  };

  insert(all: OthersSeen): Promise<void> {
    for (const [key, others] of all.days) {
      this.rows.push({ day: Number(key.split(' ')[0]), others: [...others] });
    }
    return Promise.resolve();
  }
}

async function others(known: KnownOthers, engine: SlowEngine, from: number, to: number): Promise<string[]> {
  const found = known.of('g', from, to, engine.ask);
  engine.answer();
  return [...(await found)].toSorted();
}

test('the engine is asked about a day once; what is inserted later is known', async () => {
  const [known, engine] = [new KnownOthers(), new SlowEngine()];
  engine.rows.push({ day: DAY, others: ['a'] }, { day: DAY + 2, others: ['c'] });
  assert.deepEqual(await others(known, engine, DAY, DAY + 1), ['a']);
  const later = seen([DAY, 'b'], [DAY + 9, 'far']);
  await known.during(later, () => engine.insert(later));
  assert.deepEqual(await others(known, engine, DAY, DAY + 1), ['a', 'b']);
  assert.deepEqual(await others(known, engine, DAY, DAY + 2), ['a', 'b', 'c']);
  assert.deepEqual(await others(known, engine, DAY + 9, DAY + 9), ['far']);
  assert.deepEqual(engine.asked, [
    [DAY, DAY + 1],
    [DAY + 2, DAY + 2],
    [DAY + 9, DAY + 9],
  ]);
});

test('what is inserted while the engine is asked is known, whichever comes first', async () => {
  const [known, engine] = [new KnownOthers(), new SlowEngine()];
  const early = seen([DAY, 'begun before the question']);
  let arrive: () => void = () => undefined;
  const inserting = known.during(early, () => new Promise((resolve) => (arrive = resolve)));
  const found = known.of('g', DAY, DAY, engine.ask);
  const late = seen([DAY, 'begun after it']);
  await known.during(late, () => engine.insert(late));
  engine.answer();
  const expected = ['begun after it', 'begun before the question'];
  assert.deepEqual([...(await found)].toSorted(), expected);
  arrive();
  await inserting;
  assert.deepEqual(await others(known, engine, DAY, DAY), expected);
});

test('a question that fails leaves nothing known, an insert that fails may have come', async () => {
  const [known, engine] = [new KnownOthers(), new SlowEngine()];
  await assert.rejects(
    known.of('g', DAY, DAY, () => Promise.reject(new Error('gone'))),
    /gone/,
  );
  engine.rows.push({ day: DAY, others: ['a'] });
  assert.deepEqual(await others(known, engine, DAY, DAY), ['a']);
  await assert.rejects(
    known.during(seen([DAY, 'perhaps']), () => Promise.reject(new Error('gone'))),
    /gone/,
  );
  assert.deepEqual(await others(known, engine, DAY, DAY), ['a', 'perhaps']);
});

test('an insert that failed may still be carried out while the engine is asked, until the next has succeeded', async () => {
  const [known, engine] = [new KnownOthers(), new SlowEngine()];
  const failed = seen([DAY, 'late']);
  await assert.rejects(known.during(failed, () => Promise.reject(new Error('timeout'))));
  // The engine is asked now, and the rows of the failed insert come after that.
  assert.deepEqual(await others(known, engine, DAY, DAY), ['late']);
  await known.during(seen([DAY, 'again']), () => Promise.resolve());
  assert.deepEqual(await others(known, engine, DAY + 1, DAY + 1), []);
  assert.deepEqual(await others(known, engine, DAY, DAY), ['again', 'late']);
});

test('ever new names do not fill the memory: a day that has too many has anything', async () => {
  const [known, engine] = [new KnownOthers(), new SlowEngine()];
  await others(known, engine, DAY, DAY);
  for (let batch = 0; batch < 10; batch += 1) {
    const names = Array.from({ length: 1_000 }, (_, at) => [DAY, `name ${batch} ${at}`] as const);
    await known.during(seen(...names), () => Promise.resolve());
  }
  const escaped = new OthersSeen();
  const row = { groupGeneration: 'g', timestampMs: DAY * DAY_MS } as LogEventRow;
  escaped.add(row, { others: Array.from({ length: 5_000 }, (_, at) => `more ${at}`), verbatim: false });
  await known.during(escaped, () => Promise.resolve());
  const found = await others(known, engine, DAY, DAY);
  assert.ok(found.includes('*') && found.includes(NOT_VERBATIM));
  assert.ok(found.length <= DAY_OTHERS_MAX + 2, `${found.length} names`);
});

test('rows that lose their attributes on the way may have anything', async () => {
  const [known, engine] = [new KnownOthers(), new SlowEngine()];
  assert.deepEqual(await others(known, engine, DAY, DAY + 1), []);
  await known.during(seen([DAY, 'a']), async () => known.anything());
  assert.deepEqual(await others(known, engine, DAY, DAY), ['*', 'a']);
  assert.deepEqual(await others(known, engine, DAY + 1, DAY + 1), []);
});
