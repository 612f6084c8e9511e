import assert from 'node:assert/strict';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { FaultyFileSystem, systemError } from './testing/faulty-file-system.ts';
import { openScratch, readAll, scratchDirectory } from './testing/scratch.ts';

const ROUNDS = Number(process.env['VARVE_FUZZ_ROUNDS'] ?? 25);
const APPENDS = 150;

/** Mulberry32: the same seed gives the same faults. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

test('with faults in any file call, what was acknowledged is found after a crash, once, and what was refused is not', async (context) => {
  for (let seed = 1; seed <= ROUNDS; seed += 1) {
    const random = randomOf(seed);
    const dir = await scratchDirectory(context);
    const fileSystem = new FaultyFileSystem();
    const live = join(dir, 'live');
    const journal = await openScratch(live, { fileSystem, durability: seed % 3 === 0 ? 'os' : 'fsync' });
    const rate = random() * 0.12;
    fileSystem.before = (call) => {
      if (call.path.endsWith('.segment') && random() < rate) throw systemError('EIO');
    };
    fileSystem.after = (call) => {
      if (call.path.endsWith('.segment') && random() < rate / 2) throw systemError('ENOSPC');
    };
    const acknowledged = new Map<number, string>();
    const refused = new Set<string>();
    const appendOne = async (index: number): Promise<void> => {
      const text = `${index} ${'x'.repeat(Math.floor(random() * 2_000))}`;
      const until = random() < 0.2 ? 'written' : 'durable';
      try {
        const sequence = await journal.append({ kind: 1, payload: [Buffer.from(text)] }, { until });
        if (until === 'written') return;
        assert.ok(!acknowledged.has(sequence), `seed ${seed}: sequence ${sequence} was given twice`);
        acknowledged.set(sequence, text);
      } catch (error) {
        if (error instanceof assert.AssertionError) throw error;
        refused.add(text);
      }
    };
    const running: Promise<void>[] = [];
    for (let index = 0; index < APPENDS; index += 1) {
      running.push(appendOne(index));
      if (random() < 0.3) await Promise.race(running.slice(-5));
    }
    await Promise.all(running);
    const before = new Map((await readAll(journal)).map((entry) => [entry.sequence, entry.payload.toString()]));
    for (const [sequence, text] of acknowledged) assert.equal(before.get(sequence), text, `seed ${seed}, live`);
    for (const text of before.values())
      assert.ok(!refused.has(text), `seed ${seed}: refused and seen: ${text.slice(0, 9)}`);

    await cp(live, join(dir, 'dead'), { recursive: true });
    const again = await openScratch(join(dir, 'dead'));
    const entries = await readAll(again);
    const found = new Map(entries.map((entry) => [entry.sequence, entry.payload.toString()]));
    assert.equal(found.size, entries.length);
    for (const [sequence, text] of acknowledged)
      assert.equal(found.get(sequence), text, `seed ${seed}, after the crash`);
    assert.deepEqual(again.recovery.lost, [], `seed ${seed}`);
    await again.close();
    fileSystem.before = () => undefined;
    fileSystem.after = () => undefined;
    await journal.close();
  }
});
