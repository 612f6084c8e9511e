import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { bucketSpec, scratchWorld, type World } from './testing/kit.ts';
import { type DataDestinationSpec, DeliveryError } from './types.ts';

const LARGE = Buffer.from(JSON.stringify({ text: 'large '.repeat(300_000) }));

function dataSpec(route: string): DataDestinationSpec {
  return { ...bucketSpec(route), kind: 's3-data' };
}

async function spill(world: World, bytes: Buffer): Promise<string> {
  const writer = await world.journal.spool.create();
  await writer.write(bytes);
  await writer.commit();
  return writer.id;
}

test('a large-data bucket gets the data objects and no log file', async (context) => {
  const world = await scratchWorld(context);
  await world.open();
  await world.manager.register(dataSpec('large'), 0);
  await world.manager.start();
  const dataObjects = [
    { key: 'data/1_input.json.gz', attachment: await spill(world, LARGE), gzip: true },
    { key: 'data/1_output_media_00.png', attachment: await spill(world, Buffer.from('PNG')) },
  ];
  await world.append('line', ['large'], { dataObjects });
  await world.manager.flush();
  assert.deepEqual(world.buckets.puts.toSorted(), ['large/data/1_input.json.gz', 'large/data/1_output_media_00.png']);
  const input = world.buckets.objects.get('large/data/1_input.json.gz');
  assert.ok(gunzipSync(input?.bytes ?? Buffer.alloc(0)).equals(LARGE));
  assert.equal(input?.contentEncoding, 'gzip');
});

test('a data object that is refused halfway keeps the log file back, and all of it arrives later', async (context) => {
  const world = await scratchWorld(context);
  await world.open();
  await world.manager.register(bucketSpec('bucket'), 0);
  await world.manager.start();
  const attachment = await spill(world, LARGE);
  let refusals = 2;
  world.buckets.before = (_, key) => {
    if (key.startsWith('data/') && refusals-- > 0) throw new DeliveryError('transient', 'slow down');
  };
  await world.append('line', ['bucket'], { dataObjects: [{ key: 'data/1_input.json.gz', attachment, gzip: true }] });
  await world.manager.flush();
  assert.equal(world.buckets.puts[0], 'bucket/data/1_input.json.gz');
  assert.deepEqual(world.buckets.lines('bucket'), ['line']);
  const failed = world.eventsOf('count').filter((e) => e.metric === 'ModelInvocationLargeDataS3DeliveryFailure');
  assert.equal(failed.length, 2);
});

test('a record whose spilled body was deleted by someone is delivered, and a gap marker tells of the body', async (context) => {
  const world = await scratchWorld(context);
  await world.open();
  await world.manager.register(bucketSpec('bucket'), 0);
  await world.manager.start();
  const attachment = await spill(world, LARGE);
  await rm(world.journal.spool.path(attachment));
  const sequence = await world.append('line', ['bucket'], { dataObjects: [{ key: 'data/gone', attachment }] });
  await world.manager.flush();
  assert.deepEqual(world.buckets.lines('bucket'), ['line']);
  const [gap] = await world.gaps();
  assert.deepEqual([gap?.firstSequence, gap?.count], [sequence, 1]);
  assert.match(gap?.reason ?? '', /data\/gone is gone/);
});
