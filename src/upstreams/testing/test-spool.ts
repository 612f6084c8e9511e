/** A spool for tests: real files in a directory of the test's own, and a count of what went through it. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Spool, SpoolWriter } from '#journal';

export interface TestSpool extends Spool {
  readonly writers: SpoolWriter[];
  remove(): Promise<void>;
}

export async function openTestSpool(): Promise<TestSpool> {
  const directory = await mkdtemp(join(tmpdir(), 'varve-upstream-'));
  const writers: SpoolWriter[] = [];
  return {
    writers,
    path: (id) => join(directory, id),
    create: async () => {
      const writer = await createWriter(directory);
      writers.push(writer);
      return writer;
    },
    remove: async () => {
      await Promise.all(writers.map((writer) => writer.discard()));
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function createWriter(directory: string): Promise<SpoolWriter> {
  const id = randomBytes(8).toString('hex');
  const path = join(directory, id);
  const file = await open(path, 'wx', 0o600);
  let sizeBytes = 0;
  return {
    id,
    path,
    get sizeBytes() {
      return sizeBytes;
    },
    write: async (chunk) => {
      await file.write(chunk);
      sizeBytes += chunk.length;
    },
    commit: () => file.datasync(),
    discard: async () => {
      await file.close().catch(() => undefined);
      await rm(path, { force: true });
    },
  };
}
