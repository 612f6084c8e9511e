/**
 * Objects on disk: their bytes are files (blobs.ts), their index is in the control state (schema.ts).
 *
 * The row makes the object: it is committed, with every condition checked in the same transaction, after the bytes
 * are durable. Overwriting and deleting commit first and remove the old bytes then, once nobody reads them.
 */
import type { Readable } from 'node:stream';
import type { Clock } from '#base';
import { type SqlRow, type SqlStatement, type State, StateConflict } from '#state';
import { Digester, type Digests, keptChecksums } from '../digester.ts';
import {
  type BucketHandle,
  type ListOptions,
  type ListResult,
  type ListUploadsOptions,
  type ObjectInfo,
  type ObjectStore,
  ObjectStoreError,
  type PartInfo,
  type PutOptions,
  type UploadInfo,
} from '../types.ts';
import type { Blobs, WrittenBlob } from './blobs.ts';
import { ContentPins } from './content-pins.ts';
import { stateFailure } from './failures.ts';
import { listingResult, listingStatement } from './listing.ts';
import { DiskReading } from './reading.ts';
import { must, type StoredObject } from './rows.ts';
import { insertion, removal, writeConditions } from './statements.ts';
import { DiskUploads } from './uploads.ts';

interface Parts {
  readonly state: State;
  readonly blobs: Blobs;
  readonly clock: Clock;
  readonly swept: Promise<void>;
  readonly stop: AbortController;
}

export class DiskObjects implements ObjectStore {
  /** Settles when what an earlier crash left behind is removed. */
  readonly swept: Promise<void>;
  readonly #state: State;
  readonly #blobs: Blobs;
  readonly #clock: Clock;
  readonly #stop: AbortController;
  readonly #pins = new ContentPins();
  readonly #reading: DiskReading;
  readonly #uploads: DiskUploads;

  constructor({ state, blobs, clock, swept, stop }: Parts) {
    this.swept = swept;
    this.#state = state;
    this.#blobs = blobs;
    this.#clock = clock;
    this.#stop = stop;
    this.#reading = new DiskReading(state, blobs, this.#pins);
    this.#uploads = new DiskUploads({
      state,
      blobs,
      clock,
      write: (...args) => this.#write(...args),
      replace: (...args) => this.#replace(...args),
    });
  }

  /** Stops the background work; the control state is the caller's to close. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.swept;
  }

  async createBucket({ generation, name }: BucketHandle): Promise<void> {
    await this.#commit([{ sql: 'INSERT OR IGNORE INTO objects_bucket VALUES (?, ?)', parameters: [generation, name] }]);
  }

  async deleteBucket({ generation }: BucketHandle): Promise<void> {
    try {
      await this.#commit([
        must('NOT EXISTS (SELECT 1 FROM objects_object WHERE bucket = ?)', [generation]),
        {
          sql: 'DELETE FROM objects_part WHERE owner IN (SELECT id FROM objects_upload WHERE bucket = ?)',
          parameters: [generation],
        },
        { sql: 'DELETE FROM objects_upload WHERE bucket = ?', parameters: [generation] },
        { sql: 'DELETE FROM objects_bucket WHERE generation = ?', parameters: [generation] },
      ]);
    } catch (error) {
      if (!(error instanceof StateConflict)) throw error;
      throw new ObjectStoreError('bucket-not-empty', 'the bucket holds objects', { cause: error });
    }
    void this.#blobs.discardBucket(generation);
  }

  async isEmpty({ generation }: BucketHandle): Promise<boolean> {
    return (await this.#all('SELECT 1 FROM objects_object WHERE bucket = ? LIMIT 1', [generation])).length === 0;
  }

  async put(
    bucket: BucketHandle,
    key: string,
    body: Uint8Array | Readable,
    options: PutOptions = {},
  ): Promise<ObjectInfo> {
    const digester = new Digester([options.checksumAlgorithm, options.alsoVerify]);
    const blob = await this.#write(bucket, body, digester);
    let digests: Digests;
    try {
      digests = await digester.finish();
      options.verify?.(digests);
    } catch (error) {
      await this.#blobs.discard(bucket.generation, blob.id);
      throw error;
    }
    const info: ObjectInfo = {
      key,
      sizeBytes: blob.sizeBytes,
      etag: `"${digests.md5Hex}"`,
      lastModifiedMs: this.#clock.nowMs(),
      contentType: options.contentType ?? 'binary/octet-stream',
      headers: options.headers ?? {},
      metadata: options.metadata ?? {},
      checksums: keptChecksums(digests, options.checksumAlgorithm),
      ...(options.checksumAlgorithm && { checksumType: 'FULL_OBJECT' }),
    };
    await this.#keep(bucket, blob.id, () => this.#replace(bucket, { info, content: blob.id }, options));
    return info;
  }

  async head(bucket: BucketHandle, key: string): Promise<ObjectInfo> {
    return (await this.#reading.find(bucket, key)).info;
  }

  get(
    bucket: BucketHandle,
    key: string,
    range?: { first: number; last: number },
  ): Promise<{ info: ObjectInfo; body: Readable }> {
    return this.#reading.open(bucket, key, range);
  }

  async delete(bucket: BucketHandle, key: string): Promise<void> {
    const [parts = [], objects = []] = await this.#commit(removal(bucket, key));
    this.#removeContent(bucket, objects[0], parts);
  }

  async list(bucket: BucketHandle, options: ListOptions): Promise<ListResult> {
    const { sql, parameters } = listingStatement(bucket.generation, options);
    return listingResult(await this.#all(sql, parameters), options);
  }

  parts(bucket: BucketHandle, key: string): Promise<{ info: ObjectInfo; parts: PartInfo[] }> {
    return this.#reading.parts(bucket, key);
  }
  createUpload(
    bucket: BucketHandle,
    key: string,
    options: PutOptions & { checksumType?: 'FULL_OBJECT' | 'COMPOSITE' },
  ): Promise<string> {
    return this.#uploads.create(bucket, key, options);
  }
  putPart(
    bucket: BucketHandle,
    key: string,
    uploadId: string,
    partNumber: number,
    body: Uint8Array | Readable,
    options: PutOptions = {},
  ): Promise<PartInfo> {
    return this.#uploads.putPart(bucket, key, uploadId, partNumber, body, options);
  }
  listParts(bucket: BucketHandle, key: string, uploadId: string): Promise<PartInfo[]> {
    return this.#uploads.listParts(bucket, key, uploadId);
  }
  completeUpload(
    bucket: BucketHandle,
    key: string,
    uploadId: string,
    parts: readonly { partNumber: number; etag: string }[],
    options: PutOptions = {},
  ): Promise<ObjectInfo> {
    return this.#uploads.complete(bucket, key, uploadId, parts, options);
  }
  upload(bucket: BucketHandle, key: string, uploadId: string): Promise<UploadInfo> {
    return this.#uploads.find(bucket, key, uploadId);
  }
  abortUpload(bucket: BucketHandle, key: string, uploadId: string): Promise<void> {
    return this.#uploads.abort(bucket, key, uploadId);
  }
  listUploads(bucket: BucketHandle, options: ListUploadsOptions = {}): Promise<UploadInfo[]> {
    return this.#uploads.list(bucket, options);
  }

  async #write(bucket: BucketHandle, body: Uint8Array | Readable, digester: Digester): Promise<WrittenBlob> {
    try {
      return await this.#blobs.write(bucket.generation, body, (chunk) => digester.update(chunk));
    } catch (error) {
      // The folder of a bucket that is deleted meanwhile goes away under the file.
      if (error instanceof ObjectStoreError) await this.#mustHave(bucket, error);
      throw error;
    }
  }

  async #mustHave({ generation }: BucketHandle, cause: unknown): Promise<void> {
    const known = await this.#all('SELECT 1 FROM objects_bucket WHERE generation = ?', [generation]);
    if (known.length === 0) throw new ObjectStoreError('no-such-bucket', 'the bucket is gone', { cause });
  }

  /** Commits the row of an object, with its conditions and `more` statements, and removes what it replaces. */
  async #replace(
    bucket: BucketHandle,
    { info, content }: StoredObject,
    options: PutOptions,
    more: readonly SqlStatement[] = [],
  ): Promise<void> {
    const conditions = writeConditions(bucket, info.key, options);
    const removed = conditions.length + more.length;
    const rows = await this.#commit([
      ...conditions,
      ...more,
      ...removal(bucket, info.key),
      insertion(bucket, info, content),
    ]).catch((error: unknown) => this.#explain(error, bucket, info.key, options, more.length > 0));
    this.#removeContent(bucket, rows[removed + 1]?.[0], rows[removed] ?? []);
  }

  /** Which condition it was that broke a transaction; conflicts that are none of ours pass through. */
  async #explain(
    error: unknown,
    bucket: BucketHandle,
    key: string,
    options: PutOptions,
    isCompletion: boolean,
  ): Promise<never> {
    if (!(error instanceof StateConflict)) throw error;
    await this.#mustHave(bucket, error);
    if (options.ifMatch !== undefined) {
      if (!(await this.#reading.exists(bucket, key))) {
        throw new ObjectStoreError('no-such-key', 'there is no object to match', { cause: error });
      }
      const { etag } = (await this.#reading.find(bucket, key)).info;
      if (etag !== options.ifMatch) throw preconditionFailed(error);
    }
    if (options.ifNoneMatch && (await this.#reading.exists(bucket, key))) throw preconditionFailed(error);
    // Of a plain put only its own conditions can have failed, even if they hold again by now.
    throw isCompletion ? error : preconditionFailed(error);
  }

  /** Runs the commit that names a new blob; a blob that is surely not named is removed again. */
  async #keep(bucket: BucketHandle, blob: string, commit: () => Promise<void>): Promise<void> {
    try {
      await commit();
    } catch (error) {
      const surelyNot = error instanceof ObjectStoreError && error.cause instanceof StateConflict;
      // Otherwise the commit may have happened: the next start's sweep decides.
      if (surelyNot) await this.#blobs.discard(bucket.generation, blob);
      throw error;
    } finally {
      this.#blobs.settle(blob);
    }
  }

  #removeContent(bucket: BucketHandle, object: SqlRow | undefined, parts: readonly SqlRow[]): void {
    if (!object) return;
    const content = String(object['content']);
    const blobs = parts.length > 0 ? parts.map((row) => String(row['blob'])) : [content];
    this.#pins.removeWhenUnread(content, async () => {
      for (const blob of blobs) await this.#blobs.discard(bucket.generation, blob);
    });
  }

  #all(sql: string, parameters: SqlStatement['parameters'] = []): Promise<SqlRow[]> {
    return this.#state.all(sql, parameters).catch(stateFailure);
  }

  #commit(statements: readonly SqlStatement[]): Promise<SqlRow[][]> {
    return this.#state.transaction(statements).catch(stateFailure);
  }
}

function preconditionFailed(cause: unknown): ObjectStoreError {
  return new ObjectStoreError('precondition-failed', 'the condition of the write does not hold', { cause });
}
