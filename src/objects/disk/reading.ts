/** Looks objects up and opens their bytes. */
import type { Readable } from 'node:stream';
import type { SqlRow, SqlStatement, State } from '#state';
import { type BucketHandle, type ObjectInfo, ObjectStoreError, type PartInfo } from '../types.ts';
import { type Segment, SegmentReader } from './blob-reader.ts';
import type { Blobs } from './blobs.ts';
import type { ContentPins } from './content-pins.ts';
import { fileFailure, stateFailure } from './failures.ts';
import { keyBytes, objectOf, partInfo, partOf, type StoredObject, type StoredPart } from './rows.ts';

/** How often a read follows an object that is overwritten under it before it gives up. */
const READ_ATTEMPTS = 20;

export class DiskReading {
  readonly #state: State;
  readonly #blobs: Blobs;
  readonly #pins: ContentPins;

  constructor(state: State, blobs: Blobs, pins: ContentPins) {
    this.#state = state;
    this.#blobs = blobs;
    this.#pins = pins;
  }

  async open(
    bucket: BucketHandle,
    key: string,
    range: { first: number; last: number } | undefined,
  ): Promise<{ info: ObjectInfo; body: Readable }> {
    for (let attempt = 0; attempt < READ_ATTEMPTS; attempt += 1) {
      const found = await this.find(bucket, key);
      const body = await this.#reader(bucket, found, range);
      if (body) return { info: found.info, body };
    }
    throw new ObjectStoreError('unavailable', 'the object is overwritten faster than it can be opened');
  }

  async parts(bucket: BucketHandle, key: string): Promise<{ info: ObjectInfo; parts: PartInfo[] }> {
    const { info, content } = await this.find(bucket, key);
    const parts = info.partCount === undefined ? [wholePart(info, content)] : await this.#partsOf(content);
    return { info, parts: parts.map(partInfo) };
  }

  async find(bucket: BucketHandle, key: string): Promise<StoredObject> {
    const [row] = await this.#all('SELECT * FROM objects_object WHERE bucket = ? AND key = ?', [
      bucket.generation,
      keyBytes(key),
    ]);
    if (!row) throw new ObjectStoreError('no-such-key', 'no object has this key');
    return objectOf(row);
  }

  async exists(bucket: BucketHandle, key: string): Promise<boolean> {
    const at = [bucket.generation, keyBytes(key)];
    return (await this.#all('SELECT 1 FROM objects_object WHERE bucket = ? AND key = ?', at)).length > 0;
  }

  /** A reader of the object's bytes, or undefined when they were removed since its row was read. */
  async #reader(
    bucket: BucketHandle,
    { info, content }: StoredObject,
    range: { first: number; last: number } | undefined,
  ): Promise<Readable | undefined> {
    const { first, last } = range ?? { first: 0, last: info.sizeBytes - 1 };
    if (range && (first < 0 || last < first || last >= info.sizeBytes)) {
      throw new ObjectStoreError('invalid-range', 'the range lies outside the object');
    }
    const unpin = this.#pins.pin(content);
    if (!unpin) return undefined;
    try {
      const parts = info.partCount === undefined ? [wholePart(info, content)] : await this.#partsOf(content);
      const segments = segmentsOf(parts, first, last, (blob) => this.#blobs.path(bucket.generation, blob));
      if (info.partCount !== undefined && parts.length === 0) return (unpin(), undefined);
      return await SegmentReader.open(segments, unpin);
    } catch (error) {
      unpin();
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      return error instanceof ObjectStoreError ? Promise.reject(error) : fileFailure(error);
    }
  }

  async #partsOf(content: string): Promise<StoredPart[]> {
    const rows = await this.#all('SELECT * FROM objects_part WHERE owner = ? ORDER BY number', [content]);
    return rows.map(partOf);
  }

  #all(sql: string, parameters: SqlStatement['parameters'] = []): Promise<SqlRow[]> {
    return this.#state.all(sql, parameters).catch(stateFailure);
  }
}

function wholePart(info: ObjectInfo, content: string): StoredPart {
  const { sizeBytes, etag, lastModifiedMs, checksums } = info;
  return { partNumber: 1, sizeBytes, etag, lastModifiedMs, checksums, blob: content };
}

/** The pieces of the parts' files that make up bytes `first` to `last` of the object. */
function segmentsOf(
  parts: readonly StoredPart[],
  first: number,
  last: number,
  pathOf: (blob: string) => string,
): Segment[] {
  const segments: Segment[] = [];
  let start = 0;
  for (const { blob, sizeBytes } of parts) {
    const from = Math.max(first - start, 0);
    const to = Math.min(last - start, sizeBytes - 1);
    // An empty object still opens its file, so that a removed one is noticed.
    if (from <= to || parts.length === 1) segments.push({ path: pathOf(blob), first: from, last: to });
    start += sizeBytes;
  }
  return segments;
}
