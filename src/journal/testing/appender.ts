/** A process to be killed: appends without end and writes `<id> <sequence>` for each acknowledged entry. */
import { writeSync } from 'node:fs';
import { openScratch } from './scratch.ts';

const [dir = '', durability = 'fsync'] = process.argv.slice(2);
const journal = await openScratch(dir, { durability: durability === 'os' ? 'os' : 'fsync', segmentBytes: 256 * 1024 });
const CONCURRENCY = 16;

async function appendForever(lane: number): Promise<void> {
  for (let index = 0; ; index += 1) {
    const id = `${process.pid}-${lane}-${index}`;
    const sequence = await journal.append({
      kind: 1,
      payload: [Buffer.from(`${id} ${'x'.repeat((index * 37) % 3000)}`)],
    });
    writeSync(1, `${id} ${sequence}\n`);
  }
}
await Promise.all(Array.from({ length: CONCURRENCY }, (_, lane) => appendForever(lane)));
