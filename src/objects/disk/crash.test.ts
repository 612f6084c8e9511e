import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { randomIds, systemClock } from '#base';
import { openState } from '#state';
import { bytesOf } from '../testing/conformance.ts';
import { openDiskObjects } from './index.ts';

const PUTTING = fileURLToPath(new URL('../testing/putting-process.ts', import.meta.url));
const ROUNDS = 5;

/** Kills a putting process after some acknowledged puts; gives the last acknowledged digest of each key. */
async function putUntilKilled(folder: string, round: number, puts: number): Promise<Map<string, string>> {
  const child = spawn(process.execPath, [PUTTING, folder, String(round)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const acknowledged = new Map<string, string>();
  let lines = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    const [key, md5] = JSON.parse(line) as [string, string];
    acknowledged.set(key, md5);
    lines += 1;
    if (lines === puts) child.kill('SIGKILL');
  }
  await exited;
  return acknowledged;
}

test('after kills at any moment every object is whole, none that was acknowledged is lost, no file is left over', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'varve-crash-'));
  const acknowledged = new Map<string, string>();
  for (let round = 0; round < ROUNDS; round += 1) {
    const latest = await putUntilKilled(folder, round, 15 + round * 7);
    for (const [key, md5] of latest) acknowledged.set(key, md5);
    const state = await openState(join(folder, 'state.sqlite'));
    const dir = join(folder, 'objects');
    const store = await openDiskObjects({ dir, state, clock: systemClock, ids: randomIds });
    await store.swept;
    const bucket = { generation: 'g1', name: 'bucket' };
    const { objects } = await store.list(bucket, { maxKeys: 1_000 });
    const inFlight: string[] = [];
    for (const { key } of objects) {
      const { info, body } = await store.get(bucket, key);
      const md5 = createHash('md5')
        .update(await bytesOf(body))
        .digest('hex');
      assert.equal(info.etag, `"${md5}"`, `${key} is whole`);
      if (acknowledged.get(key) !== md5) inFlight.push(key);
      acknowledged.set(key, md5);
    }
    for (const key of acknowledged.keys())
      assert.ok(
        objects.some((info) => info.key === key),
        `${key} is there`,
      );
    // Each of the four writers had at most one put under way.
    assert.ok(
      inFlight.length <= 4 && new Set(inFlight.map((key) => key.split('/')[0])).size === inFlight.length,
      inFlight.join(),
    );
    const files = (await readdir(dir, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
    assert.equal(files.length, objects.length);
    await store.close();
    await state.close();
  }
  await rm(folder, { recursive: true, force: true });
});
