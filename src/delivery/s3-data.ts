/**
 * Data objects: bodies over 100 KB and binaries, one object each, streamed from the spool or taken from the entry. Also the
 * whole of an `s3-data` destination, the large-data bucket of a CloudWatch configuration.
 */
import { createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { pipeline, type Readable } from 'node:stream';
import { promisify } from 'node:util';
import { constants, createGzip, gzip } from 'node:zlib';
import { Semaphore } from '#base';
import type { Spool } from '#journal';
import { counted, type EntryRenderer, type RenderedBatch, renderBatch } from './render.ts';
import type {
  BucketSink,
  DataDestinationSpec,
  DeliveryListener,
  ReaderSink,
  RenderedEntry,
  S3DestinationSpec,
} from './types.ts';

/** The records are verbose JSON: the fastest level already takes off nine tenths, at a third of the usual CPU time. */
export const GZIP_OPTIONS = { level: constants.Z_BEST_SPEED } as const;
const READ_STEP_BYTES = 256 * 1024;
const PARALLEL_OBJECTS = 4;

export const gzipAsync = promisify(gzip);

export interface BucketSinkOptions<Spec> {
  readonly spec: Spec;
  readonly bucket: BucketSink;
  readonly spool: Pick<Spool, 'path'>;
  readonly render: EntryRenderer;
  readonly onEvent: DeliveryListener;
}

export function dataSink(options: BucketSinkOptions<DataDestinationSpec>): ReaderSink {
  return {
    deliver: async (_plan, entries) => {
      const batch = await renderBatch(entries, options.spec.route, options.render);
      await putDataObjects(options, batch);
      return { unreadable: batch.unreadable };
    },
  };
}

/** Puts the data objects of a batch, a few at a time; entries whose spilled body is gone are moved to `unreadable`. */
export async function putDataObjects(
  options: BucketSinkOptions<S3DestinationSpec | DataDestinationSpec>,
  batch: RenderedBatch,
): Promise<void> {
  const slots = new Semaphore(PARALLEL_OBJECTS);
  const puts = batch.items.flatMap(({ sequence, rendered }) =>
    rendered.dataObjects.map((object) =>
      slots.with(1, async () => {
        const body = await bodyOf(options.spool, object);
        if (body) return counted('data', options.onEvent, () => putObject(options, object, body));
        batch.unreadable.push({ sequence, reason: `the spilled body of ${object.key} is gone` });
      }),
    ),
  );
  const settled = await Promise.allSettled(puts);
  for (const put of settled) if (put.status === 'rejected') throw put.reason;
}

type DataObject = RenderedEntry['dataObjects'][number];

async function putObject(
  { spec, bucket }: BucketSinkOptions<S3DestinationSpec | DataDestinationSpec>,
  object: DataObject,
  body: Uint8Array | Readable,
): Promise<void> {
  const options = { contentType: object.contentType, ...(object.gzip && { contentEncoding: 'gzip' }) };
  try {
    await bucket.put(spec, object.key, body, options);
  } finally {
    // A sink that refused before reading leaves the file open otherwise.
    if (!(body instanceof Uint8Array)) body.destroy();
  }
}

async function bodyOf(spool: Pick<Spool, 'path'>, object: DataObject): Promise<Uint8Array | Readable | undefined> {
  if (object.attachment === undefined) {
    const bytes = object.bytes ?? Buffer.alloc(0);
    return object.gzip ? gzipAsync(bytes, GZIP_OPTIONS) : bytes;
  }
  const path = spool.path(object.attachment);
  const handle = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (!handle) return undefined;
  if (!object.gzip) return createReadStream('', { fd: handle, highWaterMark: READ_STEP_BYTES });
  // The error of either end reaches the one who reads the last stream.
  return pipeline(chunksOf(handle), createGzip(GZIP_OPTIONS), () => undefined);
}

/**
 * A file's bytes in one buffer, which is filled again when the next ones are asked for: by gzip when it is through with the last,
 * as a chunk is more than it lets wait. New buffers would stand about by tens of megabytes until they are collected.
 */
async function* chunksOf(file: FileHandle): AsyncGenerator<Buffer> {
  const buffer = Buffer.allocUnsafe(READ_STEP_BYTES);
  try {
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, buffer.length);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}
