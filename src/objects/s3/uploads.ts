import type { Readable } from 'node:stream';
import type { ListMultipartUploadsCommandOutput } from '@aws-sdk/client-s3';
import { keptChecksums } from '../digester.ts';
import type { BucketHandle, ListUploadsOptions, ObjectInfo, PartInfo, PutOptions, UploadInfo } from '../types.ts';
import { s3Failure } from './failures.ts';
import { checksumsOf, keptMembers, writeConditions } from './object-info.ts';
import type { Loaded } from './s3-objects.ts';
import { sendBody } from './sender.ts';

const LIST_MAX = 1_000;
/** Questions for single parts of an object under way at once. */
const PARALLEL = 16;

/** Multipart uploads, which S3 itself keeps. */
export class S3Uploads {
  readonly #load: () => Promise<Loaded>;

  constructor(load: () => Promise<Loaded>) {
    this.#load = load;
  }

  async create(
    bucket: BucketHandle,
    key: string,
    options: PutOptions & { checksumType?: 'FULL_OBJECT' | 'COMPOSITE' },
  ): Promise<string> {
    const { sdk, client } = await this.#load();
    const command = new sdk.CreateMultipartUploadCommand({
      Bucket: bucket.name,
      Key: key,
      ...keptMembers(options),
      ...(options.checksumAlgorithm && { ChecksumAlgorithm: options.checksumAlgorithm }),
      ...(options.checksumType && { ChecksumType: options.checksumType }),
    });
    return (await client.send(command).catch(fail)).UploadId ?? '';
  }

  async putPart(
    bucket: BucketHandle,
    key: string,
    uploadId: string,
    partNumber: number,
    body: Uint8Array | Readable,
    options: PutOptions,
  ): Promise<PartInfo> {
    const { sdk, client } = await this.#load();
    const { result, sizeBytes, digests } = await sendBody(body, options, (sendable, signal) =>
      client.send(
        new sdk.UploadPartCommand({
          Bucket: bucket.name,
          Key: key,
          UploadId: uploadId,
          PartNumber: partNumber,
          ...sendable,
          ...(options.checksumAlgorithm && { ChecksumAlgorithm: options.checksumAlgorithm }),
        }),
        signal && { abortSignal: signal },
      ),
    );
    return {
      partNumber,
      sizeBytes,
      etag: result.ETag ?? `"${digests.md5Hex}"`,
      lastModifiedMs: Date.now(),
      checksums: keptChecksums(digests, options.checksumAlgorithm),
    };
  }

  async find(bucket: BucketHandle, key: string, uploadId: string): Promise<UploadInfo> {
    const { sdk, client } = await this.#load();
    const at = { Bucket: bucket.name, Key: key, UploadId: uploadId };
    const parts = await client.send(new sdk.ListPartsCommand({ ...at, MaxParts: 1 })).catch(fail);
    const listed = await this.list(bucket, { prefix: key, maxUploads: LIST_MAX });
    const found = listed.find((upload) => upload.uploadId === uploadId);
    return {
      key,
      uploadId,
      // Among a thousand uploads of one key it may not be found; then S3 alone judges what came in between.
      initiatedMs: found?.initiatedMs ?? Number.MAX_SAFE_INTEGER,
      ...(parts.ChecksumAlgorithm && { checksumAlgorithm: parts.ChecksumAlgorithm as 'CRC32' }),
      ...(parts.ChecksumType && { checksumType: parts.ChecksumType }),
    };
  }

  async listParts(bucket: BucketHandle, key: string, uploadId: string): Promise<PartInfo[]> {
    const { sdk, client } = await this.#load();
    const found: PartInfo[] = [];
    let marker: string | undefined;
    do {
      const command = new sdk.ListPartsCommand({
        Bucket: bucket.name,
        Key: key,
        UploadId: uploadId,
        PartNumberMarker: marker,
      });
      const page = await client.send(command).catch(fail);
      for (const part of page.Parts ?? []) {
        found.push({
          partNumber: part.PartNumber ?? 0,
          sizeBytes: part.Size ?? 0,
          etag: part.ETag ?? '',
          lastModifiedMs: part.LastModified?.getTime() ?? 0,
          checksums: checksumsOf(part),
        });
      }
      marker = page.IsTruncated ? page.NextPartNumberMarker : undefined;
    } while (marker !== undefined);
    return found;
  }

  async complete(
    bucket: BucketHandle,
    key: string,
    uploadId: string,
    chosen: readonly { partNumber: number; etag: string }[],
    options: PutOptions,
  ): Promise<void> {
    const { sdk, client } = await this.#load();
    const upload = await this.find(bucket, key, uploadId);
    const composite = upload.checksumType === 'COMPOSITE';
    const checksums = new Map(
      composite ? (await this.listParts(bucket, key, uploadId)).map((part) => [part.partNumber, part.checksums]) : [],
    );
    const command = new sdk.CompleteMultipartUploadCommand({
      Bucket: bucket.name,
      Key: key,
      UploadId: uploadId,
      ...writeConditions(options),
      MultipartUpload: {
        Parts: chosen.map(({ partNumber, etag }) => ({
          PartNumber: partNumber,
          ETag: etag,
          ...Object.fromEntries(
            Object.entries(checksums.get(partNumber) ?? {}).map(([name, value]) => [`Checksum${name}`, value]),
          ),
        })),
      },
    });
    await client.send(command).catch(fail);
  }

  async abort(bucket: BucketHandle, key: string, uploadId: string): Promise<void> {
    const { sdk, client } = await this.#load();
    const command = new sdk.AbortMultipartUploadCommand({ Bucket: bucket.name, Key: key, UploadId: uploadId });
    await client.send(command).catch(fail);
  }

  async list(bucket: BucketHandle, options: ListUploadsOptions): Promise<UploadInfo[]> {
    const { sdk, client } = await this.#load();
    const command = new sdk.ListMultipartUploadsCommand({
      Bucket: bucket.name,
      Prefix: options.prefix,
      KeyMarker: options.afterKey,
      UploadIdMarker: options.afterUploadId,
      MaxUploads: options.maxUploads ?? LIST_MAX,
    });
    return ((await client.send(command).catch(fail)).Uploads ?? []).map(uploadOf);
  }

  /** The parts of a finished object; S3 lists them only where they have checksums, else it is asked for each. */
  async ofObject(
    bucket: BucketHandle,
    key: string,
    head: () => Promise<ObjectInfo>,
  ): Promise<{ info: ObjectInfo; parts: PartInfo[] }> {
    const info = await head();
    const { sizeBytes, etag, lastModifiedMs, checksums } = info;
    if (info.partCount === undefined) {
      return { info, parts: [{ partNumber: 1, sizeBytes, etag, lastModifiedMs, checksums }] };
    }
    const { sdk, client } = await this.#load();
    const parts: PartInfo[] = [];
    for (let first = 1; first <= info.partCount; first += PARALLEL) {
      const numbers = Array.from({ length: Math.min(PARALLEL, info.partCount - first + 1) }, (_, n) => first + n);
      parts.push(
        ...(await Promise.all(
          numbers.map(async (partNumber): Promise<PartInfo> => {
            const at = { Bucket: bucket.name, Key: key, PartNumber: partNumber, IfMatch: etag };
            const part = await client.send(new sdk.HeadObjectCommand(at)).catch(fail);
            return { partNumber, sizeBytes: part.ContentLength ?? 0, etag, lastModifiedMs, checksums: {} };
          }),
        )),
      );
    }
    return { info, parts };
  }
}

function uploadOf(upload: NonNullable<ListMultipartUploadsCommandOutput['Uploads']>[number]): UploadInfo {
  return {
    key: upload.Key ?? '',
    uploadId: upload.UploadId ?? '',
    initiatedMs: upload.Initiated?.getTime() ?? 0,
    ...(upload.ChecksumAlgorithm && { checksumAlgorithm: upload.ChecksumAlgorithm as 'CRC32' }),
    ...(upload.ChecksumType && { checksumType: upload.ChecksumType }),
  };
}

function fail(error: unknown): never {
  throw s3Failure(error);
}
