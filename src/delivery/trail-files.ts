/**
 * The log files of a trail: gzip of one line, `{"Records":[…]}`, one file for each Region that the batch has events of, more
 * where one would be over 50 MB. Names and bytes depend on the plan alone, so that a retry writes the same objects.
 *
 * A file that stands in the bucket is told of (for digests) before the plan is committed, so that none is left out; then the
 * topic hears of all files of a Region. A topic that refuses loses its notice, as in AWS: the files are there.
 */
import { type Clock, Slices } from '#base';
import { trailFileKey } from './names.ts';
import { condenser, counted, type EntryRenderer, renderBatch } from './render.ts';
import { GZIP_OPTIONS, gzipAsync } from './s3-data.ts';
import { noted, regionsOf, type TrailItem } from './trail-items.ts';
import {
  type BatchPlan,
  type BucketSink,
  DeliveryError,
  type DeliveryListener,
  type ReaderSink,
  type TrailFilesDestinationSpec,
  type TrailPorts,
} from './types.ts';

/** Uncompressed. (Source: CloudTrail quotas, "trail log file size".) */
const FILE_BYTES_MAX = 50_000_000;
const HEAD = Buffer.from('{"Records":[');
const COMMA = Buffer.from(',');
const TAIL = Buffer.from(']}');

export interface TrailFilesSinkOptions {
  readonly spec: TrailFilesDestinationSpec;
  readonly bucket: BucketSink;
  readonly render: EntryRenderer;
  readonly trails: TrailPorts;
  readonly clock: Clock;
  readonly onEvent: DeliveryListener;
  /** For tests; default 50 MB. */
  readonly fileBytesMax?: number;
}

export function trailFilesSink(options: TrailFilesSinkOptions): ReaderSink {
  const { spec, render, trails, clock, fileBytesMax = FILE_BYTES_MAX } = options;
  return {
    condense: condenser(spec.route, render),
    deliver: async (plan, entries) => {
      const batch = await renderBatch(entries, spec.route, render);
      const regions = regionsOf(batch.items);
      const keys = new Map<string, string[]>();
      const putAll = async (): Promise<void> => {
        for (const [region, items] of regions) {
          const parts = cutFiles(items, fileBytesMax);
          for (const [part, file] of parts.entries()) {
            await putFile(options, plan, region, part, file).catch((error: unknown) => {
              throw keys.size + part === 0 ? asWhole(error) : error;
            });
          }
          keys.set(
            region,
            parts.map((_, part) => trailFileKey(spec, region, plan, part)),
          );
        }
      };
      if (regions.size > 0) await noted('file', { trailId: spec.trailId, status: trails.status, clock }, putAll);
      // Only when all are there: what is tried again would be told of again.
      if (spec.topicArn !== undefined) {
        for (const regionKeys of keys.values()) await notify(options, spec.topicArn, regionKeys);
      }
      return { unreadable: batch.unreadable };
    },
  };
}

/**
 * A refusal of the first file is one of all: once the bucket is mended the batch is planned anew, and its files are named for
 * the time when they come. Who reads a bucket in the order of names would not find those that are named for earlier.
 */
function asWhole(error: unknown): unknown {
  if (!(error instanceof DeliveryError) || error.kind === 'transient') return error;
  return new DeliveryError(error.kind, error.message, { cause: error, isWhole: true });
}

async function putFile(
  { spec, bucket, trails, clock, onEvent }: TrailFilesSinkOptions,
  plan: BatchPlan,
  region: string,
  part: number,
  items: readonly TrailItem[],
): Promise<void> {
  const raw = await fileOf(items);
  // Both off the event loop; gzip's header as Node writes it holds no time and no name.
  const sha256Hex = Buffer.from(await crypto.subtle.digest('SHA-256', raw)).toString('hex');
  const body = await gzipAsync(raw, GZIP_OPTIONS);
  const key = trailFileKey(spec, region, plan, part);
  const object = { contentType: 'application/json', contentEncoding: 'gzip' };
  await counted('trailFile', onEvent, () => bucket.put(spec, key, body, object));
  const { trailId, accountId, bucketName } = spec;
  await trails.files.delivered({
    trailId,
    accountId,
    region,
    bucketName,
    key,
    sha256Hex,
    deliveredMs: clock.nowMs(),
    oldestEventMs: items.reduce((least, { eventMs }) => Math.min(least, eventMs), Number.POSITIVE_INFINITY),
    newestEventMs: items.reduce((most, { eventMs }) => Math.max(most, eventMs), Number.NEGATIVE_INFINITY),
  });
}

async function notify(
  { spec, trails, clock, onEvent }: TrailFilesSinkOptions,
  topicArn: string,
  keys: readonly string[],
): Promise<void> {
  const { trailId, bucketName, accountId, servicePrincipal, sourceArn } = spec;
  const message = JSON.stringify({ s3Bucket: bucketName, s3ObjectKey: keys });
  const publish = (): Promise<void> =>
    counted('notification', onEvent, () =>
      trails.topics.publish({ topicArn, message, accountId, servicePrincipal, sourceArn }),
    );
  await noted('notification', { trailId, status: trails.status, clock }, publish).catch(() => undefined);
}

/** Items in their order, cut so that no file is over the bound; an item that is, alone, has a file of its own. */
function cutFiles(items: readonly TrailItem[], bytesMax: number): TrailItem[][] {
  const files: TrailItem[][] = [];
  let bytes = 0;
  for (const item of items) {
    const file = files.at(-1);
    const more = item.line.length + COMMA.length;
    if (file && bytes + more <= bytesMax) {
      file.push(item);
      bytes += more;
    } else {
      files.push([item]);
      bytes = HEAD.length + item.line.length + TAIL.length;
    }
  }
  return files;
}

/** `Records` is the first key and the file one line: AWS's own reader asks for both. */
async function fileOf(items: readonly TrailItem[]): Promise<Buffer<ArrayBuffer>> {
  const size = items.reduce((sum, { line }) => sum + line.length + COMMA.length, HEAD.length + TAIL.length);
  const file = Buffer.allocUnsafeSlow(size - COMMA.length);
  const slices = new Slices();
  let at = HEAD.copy(file);
  for (const [index, { line }] of items.entries()) {
    if (index > 0) at += COMMA.copy(file, at);
    at += line.copy(file, at);
    const turn = slices.over();
    if (turn) await turn;
  }
  TAIL.copy(file, at);
  return file;
}
