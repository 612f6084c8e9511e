import type { CompletedPart, CompleteMultipartUploadCommandInput } from '@aws-sdk/client-s3';
import { CHECKSUM_ALGORITHMS } from '#base';
import type { Bucket } from '#buckets';
import { PART_BYTES_MIN, type PartInfo, type PutOptions, type UploadInfo } from '#objects';
import type { CallContext } from '../../service.ts';
import { conditionName, unquoted, writeConditions } from '../conditions.ts';
import type { S3Dependencies } from '../dependencies.ts';
import {
  conflictingOperation,
  invalidArgument,
  invalidPart,
  invalidRequest,
  preconditionFailed,
  s3Error,
} from '../errors.ts';
import { findBucket } from '../find-bucket.ts';
import { isReason } from '../reasons.ts';
import { checkKey } from '../refusals.ts';
import { checksumMembers, memberOf, requestChecksum, type RequestChecksum } from '../request-checksums.ts';

interface ChosenPart {
  readonly partNumber: number;
  readonly etag: string;
}

/** The parts become one object, or the upload stays as it was. */
export function completeMultipartUpload(deps: S3Dependencies) {
  return async (input: CompleteMultipartUploadCommandInput, context: CallContext): Promise<Record<string, unknown>> => {
    const bucket = findBucket(deps, input);
    const key = checkKey(input.Key);
    const uploadId = input.UploadId ?? '';
    const upload = await deps.objects.upload(bucket, key, uploadId);
    const conditions = writeConditions(input);
    const parts = input.MultipartUpload?.Parts ?? [];
    if (parts.length === 0) throw invalidRequest('You must specify at least one part');
    const chosen = checkOrder(parts, uploadId);
    const checksum = requestChecksum(context.headers);
    checkMode(upload, input, checksum);
    const stored = new Map(
      (await deps.objects.listParts(bucket, key, uploadId)).map((part) => [part.partNumber, part]),
    );
    checkParts(parts, chosen, stored, upload);
    checkSize(input.MpuObjectSize, chosen, stored);
    await checkUndisturbed(deps, bucket, key, upload, conditions);
    const options: PutOptions = { ...conditions, ...(checksum && { verify: wholeVerifier(checksum) }) };
    const info = await deps.objects.completeUpload(bucket, key, uploadId, chosen, options).catch((error: unknown) => {
      throw isReason(error, 'precondition-failed') ? preconditionFailed(conditionName(conditions)) : error;
    });
    return {
      Location: `http://${context.headers['host'] ?? context.headers[':authority'] ?? 'localhost'}/${bucket.name}/${key}`,
      Bucket: bucket.name,
      Key: key,
      ETag: info.etag,
      ServerSideEncryption: 'AES256',
      ...checksumMembers(info),
    };
  };
}

function checkOrder(parts: readonly CompletedPart[], uploadId: string): ChosenPart[] {
  let before = 0;
  return parts.map(({ PartNumber: partNumber = 0, ETag: etag = '' }) => {
    if (!Number.isInteger(partNumber) || partNumber < 1 || partNumber > 10_000) {
      throw invalidArgument('Part number must be an integer between 1 and 10000, inclusive', 'PartNumber', partNumber);
    }
    if (partNumber <= before) {
      throw s3Error(
        400,
        'InvalidPartOrder',
        'The list of parts was not in ascending order. Parts must be ordered by part number.',
        { UploadId: uploadId },
      );
    }
    before = partNumber;
    return { partNumber, etag };
  });
}

function checkMode(
  upload: UploadInfo,
  input: CompleteMultipartUploadCommandInput,
  checksum: RequestChecksum | undefined,
): void {
  if (input.ChecksumType !== undefined && input.ChecksumType !== upload.checksumType) {
    throw invalidRequest(
      `The upload was created using the ${upload.checksumType ?? 'null'} checksum mode. The complete request must use the same checksum mode.`,
    );
  }
  const expected = upload.checksumAlgorithm;
  if (checksum && expected && checksum.algorithm !== expected) {
    throw invalidRequest(
      `Checksum Type mismatch occurred, expected checksum Type: ${expected.toLowerCase()}, actual checksum Type: ${checksum.algorithm.toLowerCase()}`,
    );
  }
}

/** Etags, sizes and the checksums that the request names for its parts. */
function checkParts(
  parts: readonly CompletedPart[],
  chosen: readonly ChosenPart[],
  stored: ReadonlyMap<number, PartInfo>,
  upload: UploadInfo,
): void {
  const expected = upload.checksumAlgorithm;
  for (const [at, { partNumber, etag }] of chosen.entries()) {
    const part = stored.get(partNumber);
    if (!part || unquoted(part.etag) !== unquoted(etag)) {
      throw invalidPart(upload.uploadId, { PartNumber: partNumber, ETag: unquoted(etag) });
    }
    const sent = CHECKSUM_ALGORITHMS.find((algorithm) => parts[at]?.[memberOf(algorithm)] !== undefined);
    if (expected && sent === undefined && upload.checksumType === 'COMPOSITE') {
      throw invalidRequest(
        `The upload was created using a ${expected.toLowerCase()} checksum. The complete request must include the checksum for each part. It was missing for part ${partNumber} in the request.`,
      );
    }
    if (expected && sent && sent !== expected) {
      throw s3Error(
        400,
        'BadDigest',
        `The ${sent.toLowerCase()} you specified for part ${partNumber} did not match what we received.`,
      );
    }
    if (sent && part.checksums[sent] !== undefined && part.checksums[sent] !== parts[at]?.[memberOf(sent)]) {
      throw invalidPart(upload.uploadId, { PartNumber: partNumber, ETag: unquoted(etag) });
    }
    if (at < chosen.length - 1 && part.sizeBytes < PART_BYTES_MIN) {
      throw s3Error(400, 'EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size', {
        ProposedSize: part.sizeBytes,
        MinSizeAllowed: PART_BYTES_MIN,
        PartNumber: partNumber,
        ETag: unquoted(part.etag),
      });
    }
  }
}

function checkSize(
  expected: number | undefined,
  chosen: readonly ChosenPart[],
  stored: ReadonlyMap<number, PartInfo>,
): void {
  if (expected === undefined) return;
  const size = chosen.reduce((sum, { partNumber }) => sum + (stored.get(partNumber)?.sizeBytes ?? 0), 0);
  if (expected === size) return;
  throw invalidRequest(
    `The provided 'x-amz-mp-object-size' header value ${expected} does not match what was computed: ${size}`,
  );
}

/** An object that was put while the upload was under way makes an `If-Match` on it unanswerable. */
async function checkUndisturbed(
  { objects }: S3Dependencies,
  bucket: Bucket,
  key: string,
  upload: UploadInfo,
  { ifMatch }: Pick<PutOptions, 'ifMatch'>,
): Promise<void> {
  if (ifMatch === undefined) return;
  const there = await objects.head(bucket, key);
  if (there.etag !== ifMatch) throw preconditionFailed('If-Match');
  if (there.lastModifiedMs > upload.initiatedMs) throw conflictingOperation('If-Match', key);
}

function wholeVerifier({ algorithm, value }: RequestChecksum): NonNullable<PutOptions['verify']> {
  return ({ checksums }) => {
    if (value === undefined || checksums[algorithm] === undefined || checksums[algorithm] === value) return;
    throw s3Error(
      400,
      'BadDigest',
      `The ${algorithm.toLowerCase()} you specified did not match the calculated checksum.`,
    );
  };
}
