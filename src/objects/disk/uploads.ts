/**
 * Multipart uploads: parts are blobs of their own. Completing keeps them as they are: the object's content is the
 * upload's id, its parts the object's parts. A part that comes while the upload is being completed changes the
 * upload's revision, and the completion starts again with what is there then.
 */
import type { Readable } from 'node:stream';
import type { Clock } from '#base';
import { type SqlRow, type SqlStatement, type State, StateConflict } from '#state';
import { Digester, type Digests, keptChecksums } from '../digester.ts';
import { assembleParts } from '../multipart.ts';
import {
  type BucketHandle,
  type ListUploadsOptions,
  type ObjectInfo,
  ObjectStoreError,
  type PartInfo,
  type PutOptions,
  type UploadInfo,
} from '../types.ts';
import type { Blobs, WrittenBlob } from './blobs.ts';
import { stateFailure } from './failures.ts';
import {
  type Attributes,
  keyBytes,
  must,
  partInfo,
  partOf,
  type StoredObject,
  type StoredPart,
  type StoredUpload,
  uploadInfo,
  uploadOf,
} from './rows.ts';

const COMPLETE_ATTEMPTS = 20;
const LIST_MAX = 1_000;

const UPLOAD_EXISTS = 'EXISTS (SELECT 1 FROM objects_upload WHERE id = ? AND bucket = ? AND key = ?)';

interface Needs {
  readonly state: State;
  readonly blobs: Blobs;
  readonly clock: Clock;
  /** Writes a pending blob (disk-objects.ts). */
  readonly write: (bucket: BucketHandle, body: Uint8Array | Readable, digester: Digester) => Promise<WrittenBlob>;
  /** Commits an object's row together with further statements (disk-objects.ts). */
  readonly replace: (
    bucket: BucketHandle,
    object: StoredObject,
    options: PutOptions,
    more: readonly SqlStatement[],
  ) => Promise<void>;
}

export class DiskUploads {
  readonly #needs: Needs;

  constructor(needs: Needs) {
    this.#needs = needs;
  }

  async create(
    bucket: BucketHandle,
    key: string,
    options: PutOptions & { checksumType?: 'FULL_OBJECT' | 'COMPOSITE' },
  ): Promise<string> {
    const id = this.#needs.blobs.newId();
    const attributes: Attributes = {
      contentType: options.contentType ?? 'binary/octet-stream',
      headers: options.headers ?? {},
      metadata: options.metadata ?? {},
      checksums: {},
      ...(options.checksumType && { checksumType: options.checksumType }),
      ...(options.checksumAlgorithm && { checksumAlgorithm: options.checksumAlgorithm }),
    };
    await this.#commit([
      must('EXISTS (SELECT 1 FROM objects_bucket WHERE generation = ?)', [bucket.generation]),
      {
        sql: 'INSERT INTO objects_upload VALUES (?, ?, ?, ?, 0, ?)',
        parameters: [id, bucket.generation, keyBytes(key), this.#needs.clock.nowMs(), JSON.stringify(attributes)],
      },
    ]).catch((error: unknown) => {
      if (!(error instanceof StateConflict)) throw error;
      throw new ObjectStoreError('no-such-bucket', 'the bucket is gone', { cause: error });
    });
    return id;
  }

  async putPart(
    bucket: BucketHandle,
    key: string,
    uploadId: string,
    partNumber: number,
    body: Uint8Array | Readable,
    options: PutOptions,
  ): Promise<PartInfo> {
    await this.find(bucket, key, uploadId);
    const { blobs, clock, write } = this.#needs;
    const digester = new Digester([options.checksumAlgorithm, options.alsoVerify]);
    const blob = await write(bucket, body, digester);
    let replaced: SqlRow[];
    let part: PartInfo;
    try {
      const digests = await digester.finish();
      options.verify?.(digests);
      part = newPart(partNumber, blob.sizeBytes, clock.nowMs(), {
        ...digests,
        checksums: keptChecksums(digests, options.checksumAlgorithm),
      });
      replaced = await this.#commitPart([uploadId, bucket.generation, keyBytes(key)], blob.id, part);
    } catch (error) {
      const mayBeNamed = error instanceof ObjectStoreError && !(error.cause instanceof StateConflict);
      if (!mayBeNamed) await blobs.discard(bucket.generation, blob.id);
      throw error;
    } finally {
      blobs.settle(blob.id);
    }
    for (const row of replaced) void blobs.discard(bucket.generation, String(row['blob']));
    return part;
  }

  async find(bucket: BucketHandle, key: string, uploadId: string): Promise<UploadInfo> {
    return uploadInfo(await this.#load(bucket, key, uploadId));
  }

  async listParts(bucket: BucketHandle, key: string, uploadId: string): Promise<PartInfo[]> {
    await this.#load(bucket, key, uploadId);
    return (await this.#parts(uploadId)).map(partInfo);
  }

  async complete(
    bucket: BucketHandle,
    key: string,
    uploadId: string,
    chosen: readonly { partNumber: number; etag: string }[],
    options: PutOptions,
  ): Promise<ObjectInfo> {
    for (let attempt = 0; attempt < COMPLETE_ATTEMPTS; attempt += 1) {
      const upload = await this.#load(bucket, key, uploadId);
      const stored = await this.#parts(uploadId);
      const assembled = await assembleParts(chosen, stored, upload.attributes);
      options.verify?.({ md5Hex: assembled.md5Hex, checksums: assembled.checksums });
      const { contentType, headers, metadata } = upload.attributes;
      const info: ObjectInfo = {
        key,
        sizeBytes: assembled.sizeBytes,
        etag: assembled.etag,
        lastModifiedMs: this.#needs.clock.nowMs(),
        contentType,
        headers,
        metadata,
        checksums: assembled.checksums,
        ...(assembled.checksumType && { checksumType: assembled.checksumType }),
        partCount: chosen.length,
      };
      const unused = stored.filter((part) => !assembled.parts.includes(part));
      const done = await this.#finish(bucket, uploadId, { info, content: uploadId }, upload, unused, options);
      if (done) return info;
    }
    throw new ObjectStoreError('conflict', 'parts are put faster than the upload can be completed');
  }

  async abort(bucket: BucketHandle, key: string, uploadId: string): Promise<void> {
    const at = [uploadId, bucket.generation, keyBytes(key)];
    const rows = await this.#commit([
      must(UPLOAD_EXISTS, at),
      { sql: 'DELETE FROM objects_upload WHERE id = ?', parameters: [uploadId] },
      { sql: 'DELETE FROM objects_part WHERE owner = ? RETURNING blob', parameters: [uploadId] },
    ]).catch(noSuchUpload);
    for (const row of rows[2] ?? []) void this.#needs.blobs.discard(bucket.generation, String(row['blob']));
  }

  async list(bucket: BucketHandle, options: ListUploadsOptions): Promise<UploadInfo[]> {
    const { prefix = '', afterKey, afterUploadId, maxUploads = LIST_MAX } = options;
    const low = keyBytes(prefix);
    const after = afterKey === undefined ? Buffer.alloc(0) : keyBytes(afterKey);
    const rows = await this.#all(
      `SELECT * FROM objects_upload
       WHERE bucket = ? AND key >= ? AND key < ? AND (? IS NULL OR key > ? OR (key = ? AND id > ?))
       ORDER BY key, id LIMIT ?`,
      [
        bucket.generation,
        low,
        Buffer.concat([low, Buffer.from([0xff])]),
        afterKey ?? null,
        after,
        after,
        // Without an upload's id, all uploads of the marker's key are behind it.
        afterUploadId ?? '\u{10ffff}',
        maxUploads,
      ],
    );
    return rows.map((row) => uploadInfo(uploadOf(row)));
  }

  /** @returns the rows of the part it replaced */
  async #commitPart(at: readonly (string | Buffer)[], blob: string, part: PartInfo): Promise<SqlRow[]> {
    const [owner = ''] = at;
    const rows = await this.#commit([
      must(UPLOAD_EXISTS, at),
      { sql: 'UPDATE objects_upload SET revision = revision + 1 WHERE id = ?', parameters: [owner] },
      {
        sql: 'DELETE FROM objects_part WHERE owner = ? AND number = ? RETURNING blob',
        parameters: [owner, part.partNumber],
      },
      {
        sql: 'INSERT INTO objects_part VALUES (?, ?, ?, ?, ?, ?, ?)',
        parameters: [
          owner,
          part.partNumber,
          blob,
          part.sizeBytes,
          part.etag,
          part.lastModifiedMs,
          JSON.stringify(part.checksums),
        ],
      },
    ]).catch(noSuchUpload);
    return rows[2] ?? [];
  }

  /** @returns false when a part came in between */
  async #finish(
    bucket: BucketHandle,
    uploadId: string,
    object: StoredObject,
    upload: { revision: number; initiatedMs: number },
    unused: readonly StoredPart[],
    options: PutOptions,
  ): Promise<boolean> {
    const statements: SqlStatement[] = [
      must('EXISTS (SELECT 1 FROM objects_upload WHERE id = ? AND revision = ?)', [uploadId, upload.revision]),
      { sql: 'DELETE FROM objects_upload WHERE id = ?', parameters: [uploadId] },
      ...unused.map(({ partNumber }) => ({
        sql: 'DELETE FROM objects_part WHERE owner = ? AND number = ?',
        parameters: [uploadId, partNumber],
      })),
    ];
    try {
      await this.#needs.replace(bucket, object, options, statements);
    } catch (error) {
      if (error instanceof StateConflict) return false;
      throw error;
    }
    for (const { blob } of unused) void this.#needs.blobs.discard(bucket.generation, blob);
    return true;
  }

  async #load(bucket: BucketHandle, key: string, uploadId: string): Promise<StoredUpload> {
    const [row] = await this.#all('SELECT * FROM objects_upload WHERE id = ? AND bucket = ? AND key = ?', [
      uploadId,
      bucket.generation,
      keyBytes(key),
    ]);
    if (!row) throw new ObjectStoreError('no-such-upload', 'no upload has this id');
    return uploadOf(row);
  }

  async #parts(uploadId: string): Promise<StoredPart[]> {
    return (await this.#all('SELECT * FROM objects_part WHERE owner = ? ORDER BY number', [uploadId])).map(partOf);
  }

  #all(sql: string, parameters: SqlStatement['parameters'] = []): Promise<SqlRow[]> {
    return this.#needs.state.all(sql, parameters).catch(stateFailure);
  }

  #commit(statements: readonly SqlStatement[]): Promise<SqlRow[][]> {
    return this.#needs.state.transaction(statements).catch(stateFailure);
  }
}

function newPart(partNumber: number, sizeBytes: number, lastModifiedMs: number, digests: Digests): PartInfo {
  return { partNumber, sizeBytes, etag: `"${digests.md5Hex}"`, lastModifiedMs, checksums: digests.checksums };
}

function noSuchUpload(error: unknown): never {
  if (!(error instanceof StateConflict)) throw error;
  throw new ObjectStoreError('no-such-upload', 'the upload is gone', { cause: error });
}
