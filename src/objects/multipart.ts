/**
 * What S3 makes of the parts of an upload: size, etag and checksum of the whole.
 * (Source: S3 User Guide, "Checking object integrity", multipart uploads.)
 */
import { createHash } from 'node:crypto';
import { createChecksum } from '#base';
import { combineCrcs, isCrc } from './crc-combine.ts';
import { type ChecksumAlgorithm, ObjectStoreError, type PartInfo } from './types.ts';

/** S3's minimum for every part but the last. */
export const PART_BYTES_MIN = 5 * 1024 * 1024;

export interface Assembled<Part extends PartInfo> {
  readonly parts: readonly Part[];
  readonly sizeBytes: number;
  /** MD5 of the parts' MD5s, hexadecimal. */
  readonly md5Hex: string;
  /** `"<md5Hex>-<number of parts>"`, quoted. */
  readonly etag: string;
  readonly checksums: Readonly<Partial<Record<ChecksumAlgorithm, string>>>;
  readonly checksumType?: 'FULL_OBJECT' | 'COMPOSITE';
}

/**
 * Picks the chosen parts from the stored ones and computes what the whole will be called.
 * @throws {ObjectStoreError} `invalid-part`, `part-too-small`
 */
export async function assembleParts<Part extends PartInfo>(
  chosen: readonly { partNumber: number; etag: string }[],
  stored: readonly Part[],
  upload: { checksumAlgorithm?: ChecksumAlgorithm; checksumType?: 'FULL_OBJECT' | 'COMPOSITE' },
): Promise<Assembled<Part>> {
  const byNumber = new Map(stored.map((part) => [part.partNumber, part]));
  const parts = chosen.map(({ partNumber, etag }) => {
    const part = byNumber.get(partNumber);
    if (!part || unquoted(part.etag) !== unquoted(etag)) {
      throw new ObjectStoreError('invalid-part', `part ${partNumber} is not there with this etag`);
    }
    return part;
  });
  if (parts.length === 0) throw new ObjectStoreError('invalid-part', 'no part was chosen');
  const small = parts.slice(0, -1).find((part) => part.sizeBytes < PART_BYTES_MIN);
  if (small) throw new ObjectStoreError('part-too-small', `part ${small.partNumber} is too small`);
  const md5 = createHash('md5');
  for (const part of parts) md5.update(Buffer.from(unquoted(part.etag), 'hex'));
  const md5Hex = md5.digest('hex');
  return {
    parts,
    sizeBytes: parts.reduce((sum, part) => sum + part.sizeBytes, 0),
    md5Hex,
    etag: `"${md5Hex}-${parts.length}"`,
    ...(await wholeChecksum(parts, upload)),
  };
}

async function wholeChecksum(
  parts: readonly PartInfo[],
  // An upload that asks for none gets S3's default, if its parts were put with it.
  {
    checksumAlgorithm: algorithm = 'CRC64NVME',
    checksumType = algorithm === 'CRC64NVME' ? 'FULL_OBJECT' : 'COMPOSITE',
  }: { checksumAlgorithm?: ChecksumAlgorithm; checksumType?: 'FULL_OBJECT' | 'COMPOSITE' },
): Promise<Pick<Assembled<PartInfo>, 'checksums' | 'checksumType'>> {
  const pieces = parts.map((part) => ({ checksum: part.checksums[algorithm] ?? '', sizeBytes: part.sizeBytes }));
  if (pieces.some(({ checksum }) => checksum === '')) return { checksums: {} };
  if (checksumType === 'FULL_OBJECT' && isCrc(algorithm)) {
    return { checksums: { [algorithm]: combineCrcs(algorithm, pieces) }, checksumType };
  }
  const running = createChecksum(algorithm);
  for (const { checksum } of pieces) running.update(Buffer.from(checksum, 'base64'));
  const digest = (await running.digest()).toString('base64');
  return { checksums: { [algorithm]: `${digest}-${parts.length}` }, checksumType: 'COMPOSITE' };
}

function unquoted(etag: string): string {
  return etag.replaceAll('"', '');
}
