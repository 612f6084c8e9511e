import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { test } from 'node:test';
import type { Spool, SpoolWriter } from '#journal';
import type { Incoming } from './listener.ts';
import { gatherBody } from './receive.ts';

const LIMIT_BYTES = 25_000_000;

/** A disk that is slower than the network. */
function slowSpool(path: string): Spool {
  const written: Uint8Array[] = [];
  const writer: SpoolWriter = {
    id: '0'.repeat(32),
    path,
    get sizeBytes() {
      return written.reduce((sum, { length }) => sum + length, 0);
    },
    write: async (chunk) => {
      for (let turns = 0; turns < 20; turns += 1) await turn();
      written.push(chunk);
      await writeFile(path, Buffer.concat(written));
    },
    commit: () => Promise.resolve(),
    discard: () => Promise.resolve(),
  };
  return { create: () => turn().then(() => writer), path: () => path };
}

/** A request whose body is there to its end before anybody reads it. */
function arrived(chunks: readonly Buffer[]): Incoming {
  const incoming = new Readable({ read: () => undefined, highWaterMark: 2 ** 20 });
  for (const chunk of chunks) incoming.push(chunk);
  incoming.push(null);
  const length = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  return Object.assign(incoming, { headers: { 'content-length': String(length) } }) as unknown as Incoming;
}

for (const [what, sizes] of [
  ['whose last chunk is the one that makes it large', [200_000, 100_000]],
  ['that has been large for long', [300_000, 60_000, 60_000, 40_000]],
] as const) {
  test(`a body ${what} is received whole, however slow the disk`, async (context) => {
    const directory = await mkdtemp(join(tmpdir(), 'varve-receive-'));
    context.after(() => rm(directory, { recursive: true }));
    const chunks = sizes.map((size, index) => Buffer.alloc(size, 97 + index));
    const tooLarge = (): never => assert.fail('too large');
    const { body } = await gatherBody(arrived(chunks), slowSpool(join(directory, 'body')), LIMIT_BYTES, tooLarge);
    const bytes = await body.bytes();
    assert.equal(bytes.length, Buffer.concat(chunks).length);
    assert.ok(bytes.equals(Buffer.concat(chunks)));
  });
}
