/** A process that puts objects until it is killed, and tells each one that was acknowledged. */
import { createHash, randomBytes, randomInt } from 'node:crypto';
import { join } from 'node:path';
import { randomIds, systemClock } from '#base';
import { openState } from '#state';
import { openDiskObjects } from '../index.ts';

const [folder = '', round = ''] = process.argv.slice(2);
const KEYS = 20;
const WRITERS = 4;

const state = await openState(join(folder, 'state.sqlite'));
const dir = join(folder, 'objects');
const store = await openDiskObjects({ dir, state, clock: systemClock, ids: randomIds });
const bucket = { generation: 'g1', name: 'bucket' };
await store.createBucket(bucket);

async function write(writer: number): Promise<never> {
  for (let n = 0; ; n += 1) {
    const key = `w${writer}/k${n % KEYS}`;
    const bytes = randomBytes(randomInt(200_000));
    await store.put(bucket, key, bytes, { metadata: { n: `${round}.${n}` } });
    process.stdout.write(`${JSON.stringify([key, createHash('md5').update(bytes).digest('hex')])}\n`);
  }
}
await Promise.all(Array.from({ length: WRITERS }, (_, writer) => write(writer)));
