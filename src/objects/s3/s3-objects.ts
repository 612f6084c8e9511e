/**
 * Objects in Amazon S3 or a server that speaks its API. Buckets are addressed by their names, so a bucket that is made
 * again is as empty as the server says; what is durable, whole and in order is what S3 promises.
 *
 * The SDK is loaded with the first request only: serving from disk loads none of it.
 */
import type { Readable } from 'node:stream';
import type { S3Client } from '@aws-sdk/client-s3';
import { keptChecksums } from '../digester.ts';
import type {
  BucketHandle,
  ListOptions,
  ListResult,
  ListUploadsOptions,
  ObjectInfo,
  ObjectStore,
  PartInfo,
  PutOptions,
  UploadInfo,
} from '../types.ts';
import { isNamed, s3Failure } from './failures.ts';
import { listObjects } from './listing.ts';
import { infoOf, keptMembers, writeConditions } from './object-info.ts';
import { sendBody } from './sender.ts';
import { S3Uploads } from './uploads.ts';

export interface S3ObjectsOptions {
  readonly region: string;
  /** Absent: Amazon S3. */
  readonly endpoint?: string;
  /** Absent: the SDK's default chain (environment, profile, instance role, …). */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** `endpoint/bucket/key` instead of `bucket.endpoint/key`. */
  readonly pathStyle: boolean;
}

const CONNECT_TIMEOUT_MS = 5_000;
/** How long a request may go without a byte in either direction. */
const SILENCE_TIMEOUT_MS = 60_000;
const ATTEMPTS_MAX = 3;

export type Sdk = typeof import('@aws-sdk/client-s3');
/** The SDK and its client, once loaded. */
export interface Loaded {
  readonly sdk: Sdk;
  readonly client: S3Client;
}

/** Makes the driver; nothing is loaded or connected yet. */
export function openS3Objects(options: S3ObjectsOptions): S3Objects {
  return new S3Objects(options);
}

async function load({ region, endpoint, credentials, pathStyle }: S3ObjectsOptions): Promise<Loaded> {
  const sdk = await import('@aws-sdk/client-s3');
  const client = new sdk.S3Client({
    region,
    forcePathStyle: pathStyle,
    maxAttempts: ATTEMPTS_MAX,
    // A bucket of another region is found by following S3's redirect.
    followRegionRedirects: true,
    requestHandler: { connectionTimeout: CONNECT_TIMEOUT_MS, socketTimeout: SILENCE_TIMEOUT_MS },
    ...(endpoint !== undefined && { endpoint }),
    // The SDK writes into the object it is given.
    ...(credentials && { credentials: { ...credentials } }),
  });
  return { sdk, client };
}

export class S3Objects implements ObjectStore {
  readonly #options: S3ObjectsOptions;
  readonly #uploads: S3Uploads;
  #loaded: Promise<Loaded> | undefined;

  constructor(options: S3ObjectsOptions) {
    this.#options = options;
    this.#uploads = new S3Uploads(() => this.#load());
  }

  async close(): Promise<void> {
    (await this.#loaded)?.client.destroy();
  }

  async createBucket({ name }: BucketHandle): Promise<void> {
    const { sdk, client } = await this.#load();
    const { region } = this.#options;
    const constraint = region === 'us-east-1' ? {} : { LocationConstraint: region as 'eu-west-1' };
    await client
      .send(new sdk.CreateBucketCommand({ Bucket: name, CreateBucketConfiguration: constraint }))
      .catch((error: unknown) => {
        if (!isNamed(error, 'BucketAlreadyOwnedByYou')) throw s3Failure(error);
      });
  }

  async deleteBucket({ name }: BucketHandle): Promise<void> {
    const { sdk, client } = await this.#load();
    await client.send(new sdk.DeleteBucketCommand({ Bucket: name })).catch((error: unknown) => {
      if (!isNamed(error, 'NoSuchBucket')) throw s3Failure(error);
    });
  }

  async isEmpty(bucket: BucketHandle): Promise<boolean> {
    return (await this.list(bucket, { maxKeys: 1 })).objects.length === 0;
  }

  async put(
    bucket: BucketHandle,
    key: string,
    body: Uint8Array | Readable,
    options: PutOptions = {},
  ): Promise<ObjectInfo> {
    const { sdk, client } = await this.#load();
    const { result, sizeBytes, digests } = await sendBody(body, options, (sendable, signal) =>
      client.send(
        new sdk.PutObjectCommand({
          Bucket: bucket.name,
          Key: key,
          ...sendable,
          ...keptMembers(options),
          ...writeConditions(options),
          ...(options.checksumAlgorithm && { ChecksumAlgorithm: options.checksumAlgorithm }),
        }),
        signal && { abortSignal: signal },
      ),
    );
    return {
      key,
      sizeBytes,
      etag: result.ETag ?? `"${digests.md5Hex}"`,
      lastModifiedMs: Date.now(),
      contentType: options.contentType ?? 'binary/octet-stream',
      headers: options.headers ?? {},
      metadata: options.metadata ?? {},
      checksums: keptChecksums(digests, options.checksumAlgorithm),
      ...(options.checksumAlgorithm && { checksumType: 'FULL_OBJECT' }),
    };
  }

  async head(bucket: BucketHandle, key: string): Promise<ObjectInfo> {
    const { sdk, client } = await this.#load();
    const command = new sdk.HeadObjectCommand({ Bucket: bucket.name, Key: key, ChecksumMode: 'ENABLED' });
    return infoOf(key, await client.send(command).catch(fail));
  }

  async get(
    bucket: BucketHandle,
    key: string,
    range?: { first: number; last: number },
  ): Promise<{ info: ObjectInfo; body: Readable }> {
    const { sdk, client } = await this.#load();
    const command = new sdk.GetObjectCommand({
      Bucket: bucket.name,
      Key: key,
      ...(range ? { Range: `bytes=${range.first}-${range.last}` } : { ChecksumMode: 'ENABLED' as const }),
    });
    const output = await client.send(command).catch(fail);
    return { info: infoOf(key, output), body: output.Body as Readable };
  }

  async delete(bucket: BucketHandle, key: string): Promise<void> {
    const { sdk, client } = await this.#load();
    await client.send(new sdk.DeleteObjectCommand({ Bucket: bucket.name, Key: key })).catch(fail);
  }

  async list(bucket: BucketHandle, options: ListOptions): Promise<ListResult> {
    return listObjects(await this.#load(), bucket, options);
  }

  parts(bucket: BucketHandle, key: string): Promise<{ info: ObjectInfo; parts: PartInfo[] }> {
    return this.#uploads.ofObject(bucket, key, () => this.head(bucket, key));
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
  async completeUpload(
    bucket: BucketHandle,
    key: string,
    uploadId: string,
    parts: readonly { partNumber: number; etag: string }[],
    options: PutOptions = {},
  ): Promise<ObjectInfo> {
    await this.#uploads.complete(bucket, key, uploadId, parts, options);
    return this.head(bucket, key);
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

  #load(): Promise<Loaded> {
    this.#loaded ??= load(this.#options);
    return this.#loaded;
  }
}

function fail(error: unknown): never {
  throw s3Failure(error);
}
