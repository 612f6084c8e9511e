/**
 * Checksums that come with a request: which one is computed, which value it must have, and S3's words where it has not.
 * (Sources: recorded answers of S3; S3 User Guide, "Checking object integrity".)
 */
import { CHECKSUM_ALGORITHMS, type ChecksumAlgorithm } from '#base';
import type { ObjectInfo, PutOptions } from '#objects';
import { invalidRequest, s3Error } from './errors.ts';

const DIGEST_BYTES = { CRC32: 4, CRC32C: 4, CRC64NVME: 8, SHA1: 20, SHA256: 32 } as const;
const MD5_BYTES = 16;

/** What S3 computes where the client asks for nothing. */
export const DEFAULT_ALGORITHM: ChecksumAlgorithm = 'CRC64NVME';

type Headers = Readonly<Record<string, string | undefined>>;

export interface RequestChecksum {
  readonly algorithm: ChecksumAlgorithm;
  /** base64; undefined when it comes in a trailer, where the transfer decoding checks it. */
  readonly value: string | undefined;
}

/** The checksum that a request carries in a header or announces as a trailer. @throws {ApiError} InvalidRequest */
export function requestChecksum(headers: Headers): RequestChecksum | undefined {
  const sent = CHECKSUM_ALGORITHMS.filter((algorithm) => headers[headerOf(algorithm)] !== undefined);
  if (sent.length > 1) {
    throw invalidRequest('Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.');
  }
  const [algorithm] = sent;
  const value = algorithm && headers[headerOf(algorithm)];
  if (algorithm && value !== undefined) {
    if (!isBase64Of(value, DIGEST_BYTES[algorithm])) {
      throw invalidRequest(`Value for ${headerOf(algorithm)} header is invalid.`);
    }
    return { algorithm, value };
  }
  const trailers = (headers['x-amz-trailer'] ?? '').split(',').map((name) => name.trim().toLowerCase());
  const trailing = CHECKSUM_ALGORITHMS.find((candidate) => trailers.includes(headerOf(candidate)));
  if (trailing) return { algorithm: trailing, value: undefined };
  if (headers['x-amz-sdk-checksum-algorithm'] !== undefined) {
    throw invalidRequest(
      'x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.',
    );
  }
  return undefined;
}

export function headerOf(algorithm: ChecksumAlgorithm): string {
  return `x-amz-checksum-${algorithm.toLowerCase()}`;
}

/** The output member of an algorithm: `ChecksumCRC32`. */
export function memberOf(algorithm: ChecksumAlgorithm): `Checksum${ChecksumAlgorithm}` {
  return `Checksum${algorithm}`;
}

/** An unknown algorithm by name. @throws {ApiError} InvalidRequest */
export function checksumAlgorithm(name: string | undefined): ChecksumAlgorithm | undefined {
  if (name === undefined) return undefined;
  const known = CHECKSUM_ALGORITHMS.find((algorithm) => algorithm === name.toUpperCase());
  if (known) return known;
  throw invalidRequest(
    'Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]',
  );
}

/** A check of the digests against Content-MD5 and checksum. @throws {ApiError} InvalidDigest at once, BadDigest later */
export function verifier(
  contentMd5: string | undefined,
  checksum: RequestChecksum | undefined,
): NonNullable<PutOptions['verify']> {
  if (contentMd5 !== undefined && !isBase64Of(contentMd5, MD5_BYTES)) {
    throw s3Error(400, 'InvalidDigest', 'The Content-MD5 you specified was invalid.', { 'Content-MD5': contentMd5 });
  }
  return ({ md5Hex, checksums }) => {
    if (contentMd5 !== undefined && Buffer.from(contentMd5, 'base64').toString('hex') !== md5Hex) {
      throw s3Error(400, 'BadDigest', 'The Content-MD5 you specified did not match what we received.', {
        ExpectedDigest: contentMd5,
        CalculatedDigest: Buffer.from(md5Hex, 'hex').toString('base64'),
      });
    }
    if (checksum?.value !== undefined && checksums[checksum.algorithm] !== checksum.value) {
      throw s3Error(400, 'BadDigest', `The ${checksum.algorithm} you specified did not match the calculated checksum.`);
    }
  };
}

/** The checksum members of an answer. */
export function checksumMembers({
  checksums,
  checksumType,
}: Pick<ObjectInfo, 'checksums' | 'checksumType'>): Record<string, string> {
  const members: Record<string, string> = {};
  for (const algorithm of CHECKSUM_ALGORITHMS) {
    const value = checksums[algorithm];
    if (value !== undefined) members[memberOf(algorithm)] = value;
  }
  if (checksumType && Object.keys(members).length > 0) members['ChecksumType'] = checksumType;
  return members;
}

function isBase64Of(text: string, bytes: number): boolean {
  const decoded = Buffer.from(text, 'base64');
  return decoded.length === bytes && decoded.toString('base64') === text;
}
