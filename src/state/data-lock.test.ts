import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { lockDataDirectory } from './index.ts';

const HOLDER = `
  const { lockDataDirectory } = await import(${JSON.stringify(new URL('./data-lock.ts', import.meta.url).href)});
  await lockDataDirectory(process.argv[1]);
  process.stdout.write('held');
  setInterval(() => undefined, 1000);
`;

test("a second server on the same data directory is refused with the other's pid, until the other dies", async () => {
  const directory = await mkdtemp(join(tmpdir(), 'varve-lock-'));
  const holder = spawn(process.execPath, ['--input-type=module', '-e', HOLDER, directory], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    await once(holder.stdout, 'data');
    await assert.rejects(lockDataDirectory(directory), new RegExp(`pid ${holder.pid}`));
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    const lock = await lockDataDirectory(directory);
    lock.release();
  } finally {
    holder.kill('SIGKILL');
    await rm(directory, { recursive: true });
  }
});
