import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { openScratch, readAll, scratchDirectory, texts } from './testing/scratch.ts';

const APPENDER = fileURLToPath(new URL('./testing/appender.ts', import.meta.url));
const ROUNDS = 5;

/** Runs a child that appends and reports what was acknowledged; kills it after `lines` reports. */
async function killAfter(dir: string, durability: string, lines: number): Promise<string[]> {
  const child = spawn(process.execPath, [APPENDER, dir, durability], { stdio: ['ignore', 'pipe', 'inherit'] });
  const acknowledged: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    acknowledged.push(line);
    if (acknowledged.length === lines) child.kill('SIGKILL');
  }
  return acknowledged;
}

for (const durability of ['fsync', 'os'] as const) {
  test(`everything acknowledged under ${durability} before kill -9 is there afterwards, once and in order`, async (context) => {
    const dir = await scratchDirectory(context);
    const acknowledged: string[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      acknowledged.push(...(await killAfter(dir, durability, 200 + round * 331)));
    }
    const journal = await openScratch(dir, { durability });
    const entries = await readAll(journal);
    assert.deepEqual(journal.recovery.lost, []);
    assert.deepEqual(
      entries.map((entry) => entry.sequence),
      entries.map((_, index) => index + 1),
    );
    const found = texts(entries).map((text) => text.split(' ')[0] ?? '');
    assert.equal(new Set(found).size, found.length, 'each once');
    const order = new Map(found.map((id, index) => [id, index]));
    let last = -1;
    for (const line of acknowledged) {
      const [id = '', sequence] = line.split(' ');
      const index = order.get(id);
      assert.ok(index !== undefined, `${id} was acknowledged and is gone`);
      assert.equal(Number(sequence), index + 1);
      assert.ok(index > last, 'in the order of acknowledgement');
      last = index;
    }
    assert.ok(acknowledged.length > 1000);
    await journal.close();
  });
}
