/**
 * The checksum algorithms of S3's `x-amz-checksum-*` headers, behind one interface.
 * (Source: S3 User Guide, "Checking object integrity".)
 */
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { Crc32cJs, Crc64NvmeJs } from '@aws-sdk/checksums/crc';
import type { ChecksumAlgorithm } from './types.ts';

export const CHECKSUM_ALGORITHMS = ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const;

/** A running checksum. `digest` may be asked once, after the last `update`. */
export interface RunningChecksum {
  readonly algorithm: ChecksumAlgorithm;
  update(bytes: Uint8Array): void;
  /** The checksum's bytes, big-endian as S3 sends them (base64 of it is the header's value). */
  digest(): Promise<Buffer>;
}

export function createChecksum(algorithm: ChecksumAlgorithm): RunningChecksum {
  switch (algorithm) {
    case 'CRC32':
      return nativeCrc32();
    case 'CRC32C':
      return fromSdk(algorithm, new Crc32cJs());
    case 'CRC64NVME':
      return fromSdk(algorithm, new Crc64NvmeJs());
    case 'SHA1':
    case 'SHA256': {
      const hash = createHash(algorithm.toLowerCase());
      return { algorithm, update: (bytes) => void hash.update(bytes), digest: async () => hash.digest() };
    }
  }
}

function nativeCrc32(): RunningChecksum {
  let value = 0;
  return {
    algorithm: 'CRC32',
    update: (bytes) => {
      value = crc32(bytes, value);
    },
    digest: async () => {
      const digest = Buffer.alloc(4);
      digest.writeUInt32BE(value);
      return digest;
    },
  };
}

function fromSdk(
  algorithm: ChecksumAlgorithm,
  checksum: { update(bytes: Uint8Array): void; digest(): Promise<Uint8Array> },
): RunningChecksum {
  return {
    algorithm,
    update: (bytes) => checksum.update(bytes),
    digest: async () => Buffer.from(await checksum.digest()),
  };
}
