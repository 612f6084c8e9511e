import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { createChecksum } from '#base';
import { combineCrcs } from './crc-combine.ts';

async function checksumOf(algorithm: Parameters<typeof createChecksum>[0], bytes: Uint8Array): Promise<string> {
  const running = createChecksum(algorithm);
  running.update(bytes);
  return (await running.digest()).toString('base64');
}

for (const algorithm of ['CRC32', 'CRC32C', 'CRC64NVME'] as const) {
  test(`the ${algorithm} of joined parts is the one of the whole`, async () => {
    const bytes = randomBytes(10_000);
    const cuts = [0, 1, 4_000, 4_000, 8_000, 10_000];
    const pieces = await Promise.all(
      cuts.slice(1).map(async (end, at) => {
        const piece = bytes.subarray(cuts[at], end);
        return { checksum: await checksumOf(algorithm, piece), sizeBytes: piece.length };
      }),
    );
    assert.equal(combineCrcs(algorithm, pieces), await checksumOf(algorithm, bytes));
  });
}
