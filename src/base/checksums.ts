/**
 * The checksum algorithms of S3's `x-amz-checksum-*` headers and trailers, behind one interface.
 * (Source: S3 User Guide, "Checking object integrity".)
 */
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { Crc32cJs, Crc64NvmeJs } from '@aws-sdk/checksums/crc';

export const CHECKSUM_ALGORITHMS = ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const;
export type ChecksumAlgorithm = (typeof CHECKSUM_ALGORITHMS)[number];

/** A running checksum. `digest` may be asked once, after the last `update`. */
export interface RunningChecksum {
  readonly algorithm: ChecksumAlgorithm;
  update(bytes: Uint8Array): void;
  /** The checksum's bytes, big-endian as S3 sends them (base64 of it is the header's value). */
  digest(): Promise<Buffer>;
}

const DIGEST_BYTES: Readonly<Record<ChecksumAlgorithm, number>> = {
  CRC32: 4,
  CRC32C: 4,
  CRC64NVME: 8,
  SHA1: 20,
  SHA256: 32,
};

export function createChecksum(algorithm: ChecksumAlgorithm): RunningChecksum {
  switch (algorithm) {
    case 'CRC32':
      return runningCrc32();
    case 'CRC32C':
      return wrapped(algorithm, new Crc32cJs());
    case 'CRC64NVME':
      return wrapped(algorithm, new Crc64NvmeJs());
    case 'SHA1':
    case 'SHA256': {
      const hash = createHash(algorithm.toLowerCase());
      return { algorithm, update: (bytes) => void hash.update(bytes), digest: async () => hash.digest() };
    }
  }
}

/** The header (or trailer) that carries this checksum, lower case: `x-amz-checksum-crc32`. */
export function checksumHeader(algorithm: ChecksumAlgorithm): string {
  return `x-amz-checksum-${algorithm.toLowerCase()}`;
}

/** The algorithm that a header or trailer name stands for, or undefined when it is no checksum we know. */
export function checksumAlgorithmOfHeader(name: string): ChecksumAlgorithm | undefined {
  const lower = name.toLowerCase();
  return CHECKSUM_ALGORITHMS.find((algorithm) => checksumHeader(algorithm) === lower);
}

/** Whether the text is base64 of exactly as many bytes as the algorithm's digest has. */
export function isChecksumValue(algorithm: ChecksumAlgorithm, base64: string): boolean {
  const bytes = Buffer.from(base64, 'base64');
  return bytes.length === DIGEST_BYTES[algorithm] && bytes.toString('base64') === base64;
}

function runningCrc32(): RunningChecksum {
  let value = 0;
  return {
    algorithm: 'CRC32',
    update(bytes) {
      value = crc32(bytes, value);
    },
    async digest() {
      const digest = Buffer.alloc(4);
      digest.writeUInt32BE(value);
      return digest;
    },
  };
}

interface SdkChecksum {
  update(bytes: Uint8Array): void;
  digest(): Promise<Uint8Array>;
}

function wrapped(algorithm: ChecksumAlgorithm, checksum: SdkChecksum): RunningChecksum {
  return {
    algorithm,
    update: (bytes) => checksum.update(bytes),
    digest: async () => Buffer.from(await checksum.digest()),
  };
}
