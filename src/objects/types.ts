import type { Readable } from 'node:stream';
import type { ChecksumAlgorithm } from '#base';

/** A bucket as the object store sees it: its generation id names it, so a bucket made again is a new one. */
export interface BucketHandle {
  readonly generation: string;
  /** The name users gave it; the `s3` driver addresses it by name. */
  readonly name: string;
}

export type { ChecksumAlgorithm };

export interface ObjectInfo {
  readonly key: string;
  readonly sizeBytes: number;
  /** With the double quotes, as S3 sends it. */
  readonly etag: string;
  readonly lastModifiedMs: number;
  readonly contentType: string;
  /** Content-Encoding, Cache-Control, … as they were put, by lower-case header name. */
  readonly headers: Readonly<Record<string, string>>;
  /** User metadata without the `x-amz-meta-` prefix. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly checksums: Readonly<Partial<Record<ChecksumAlgorithm, string>>>;
  readonly checksumType?: 'FULL_OBJECT' | 'COMPOSITE';
  readonly partCount?: number;
}

export interface PutOptions {
  /** How long a streamed body will be, where it is known: the `s3` driver then hands it on without gathering it. */
  readonly sizeBytes?: number;
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly metadata?: Readonly<Record<string, string>>;
  /** The checksum to compute and keep. */
  readonly checksumAlgorithm?: ChecksumAlgorithm;
  /** A further one that is computed for `verify` and not kept. */
  readonly alsoVerify?: ChecksumAlgorithm;
  /** Only when no object has this key (`If-None-Match: *`). */
  readonly ifNoneMatch?: boolean;
  /** Only when the object there has this etag (with its quotes); without any object there: `no-such-key`. */
  readonly ifMatch?: string;
  /** Called with the finished digests before the object appears; throwing means it never does (Content-MD5, x-amz-checksum-…). */
  readonly verify?: (digests: {
    md5Hex: string;
    checksums: Readonly<Partial<Record<ChecksumAlgorithm, string>>>;
  }) => void;
}

export interface ListOptions {
  readonly prefix?: string;
  readonly delimiter?: string;
  /**
   * Keys after this one, exclusive. Where it is itself a common prefix (it begins with `prefix` and its first
   * delimiter after that is its end), everything below it is passed over too.
   */
  readonly startAfter?: string;
  readonly maxKeys: number;
}
export interface ListResult {
  readonly objects: readonly ObjectInfo[];
  readonly commonPrefixes: readonly string[];
  /** Where to go on (a key or common prefix), undefined at the end. */
  readonly nextStartAfter: string | undefined;
}

/** Errors of an object store, typed; the S3 service words them as S3 does. */
export class ObjectStoreError extends Error {
  override readonly name = 'ObjectStoreError';
  readonly reason:
    | 'no-such-key'
    | 'no-such-upload'
    | 'no-such-bucket'
    | 'bucket-not-empty'
    | 'precondition-failed'
    /** Something changed under a conditional write while it was going on. */
    | 'conflict'
    | 'invalid-part'
    | 'part-too-small'
    | 'invalid-range'
    | 'denied'
    | 'unavailable'
    | 'no-space';

  constructor(reason: ObjectStoreError['reason'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}

/** Keeps objects. They appear whole or not at all; a resolved promise is durable. */
export interface ObjectStore {
  /** Making a bucket that is there succeeds. */
  createBucket(bucket: BucketHandle): Promise<void>;
  /** Fails with `bucket-not-empty` while objects are in it; unfinished uploads go with it. Deleting what is not there succeeds. */
  deleteBucket(bucket: BucketHandle): Promise<void>;
  isEmpty(bucket: BucketHandle): Promise<boolean>;
  put(bucket: BucketHandle, key: string, body: Uint8Array | Readable, options?: PutOptions): Promise<ObjectInfo>;
  head(bucket: BucketHandle, key: string): Promise<ObjectInfo>;
  /** `range` is inclusive at both ends and must lie inside the object. */
  get(
    bucket: BucketHandle,
    key: string,
    range?: { first: number; last: number },
  ): Promise<{ info: ObjectInfo; body: Readable }>;
  /** Deleting what is not there succeeds, as in S3. */
  delete(bucket: BucketHandle, key: string): Promise<void>;
  list(bucket: BucketHandle, options: ListOptions): Promise<ListResult>;
  createUpload(
    bucket: BucketHandle,
    key: string,
    options: PutOptions & { checksumType?: 'FULL_OBJECT' | 'COMPOSITE' },
  ): Promise<string>;
  putPart(
    bucket: BucketHandle,
    key: string,
    uploadId: string,
    partNumber: number,
    body: Uint8Array | Readable,
    options?: PutOptions,
  ): Promise<PartInfo>;
  listParts(bucket: BucketHandle, key: string, uploadId: string): Promise<PartInfo[]>;
  completeUpload(
    bucket: BucketHandle,
    key: string,
    uploadId: string,
    parts: readonly { partNumber: number; etag: string }[],
    options?: PutOptions,
  ): Promise<ObjectInfo>;
  /** The parts an object was completed from, in order; one part with the object's own size and etag where it was put whole. */
  parts(bucket: BucketHandle, key: string): Promise<{ info: ObjectInfo; parts: PartInfo[] }>;
  /** What an unfinished upload was created with. */
  upload(bucket: BucketHandle, key: string, uploadId: string): Promise<UploadInfo>;
  abortUpload(bucket: BucketHandle, key: string, uploadId: string): Promise<void>;
  /** Unfinished uploads by key, then by age: those after `(afterKey, afterUploadId)`, at most `maxUploads`. */
  listUploads(bucket: BucketHandle, options?: ListUploadsOptions): Promise<UploadInfo[]>;
}

export interface ListUploadsOptions {
  readonly prefix?: string;
  readonly afterKey?: string;
  /** With `afterKey`: uploads of that very key which come after this one are listed too. */
  readonly afterUploadId?: string;
  readonly maxUploads?: number;
}

export interface UploadInfo {
  readonly key: string;
  readonly uploadId: string;
  readonly initiatedMs: number;
  readonly checksumAlgorithm?: ChecksumAlgorithm;
  readonly checksumType?: 'FULL_OBJECT' | 'COMPOSITE';
}

export interface PartInfo {
  readonly partNumber: number;
  readonly sizeBytes: number;
  readonly etag: string;
  readonly lastModifiedMs: number;
  readonly checksums: Readonly<Partial<Record<ChecksumAlgorithm, string>>>;
}
