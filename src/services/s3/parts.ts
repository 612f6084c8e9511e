/** What UploadPart and UploadPartCopy have in common. */
import type { PutOptions, UploadInfo } from '#objects';
import { invalidArgument, invalidRequest } from './errors.ts';
import { DEFAULT_ALGORITHM, type RequestChecksum } from './request-checksums.ts';

const PART_NUMBER_MAX = 10_000;

/** @throws {ApiError} InvalidArgument */
export function checkPartNumber(partNumber: number | undefined): number {
  if (partNumber !== undefined && Number.isInteger(partNumber) && partNumber >= 1 && partNumber <= PART_NUMBER_MAX) {
    return partNumber;
  }
  throw invalidArgument('Part number must be an integer between 1 and 10000, inclusive', 'partNumber', partNumber);
}

/**
 * Which checksums a part gets: the upload's own is kept (S3's default where it has none), and the one that comes with
 * the request is checked.
 * @throws {ApiError} InvalidRequest when the request brings another than the upload was created with
 */
export function partChecksums(
  upload: UploadInfo,
  checksum: RequestChecksum | undefined,
): Pick<PutOptions, 'checksumAlgorithm' | 'alsoVerify'> {
  const kept = upload.checksumAlgorithm;
  if (kept && checksum && checksum.algorithm !== kept) {
    throw invalidRequest(
      `Checksum Type mismatch occurred, expected checksum Type: ${kept.toLowerCase()}, actual checksum Type: ${checksum.algorithm.toLowerCase()}`,
    );
  }
  return { checksumAlgorithm: kept ?? DEFAULT_ALGORITHM, ...(checksum && { alsoVerify: checksum.algorithm }) };
}
