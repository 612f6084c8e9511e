import { createHash } from 'node:crypto';
import { createChecksum, type RunningChecksum } from '#base';
import type { ChecksumAlgorithm } from './types.ts';

export interface Digests {
  readonly md5Hex: string;
  /** base64 by algorithm. */
  readonly checksums: Readonly<Partial<Record<ChecksumAlgorithm, string>>>;
}

/** Digests of a body, taken while it streams by. */
export class Digester {
  readonly #md5 = createHash('md5');
  readonly #checksums: readonly RunningChecksum[];

  constructor(algorithms: readonly (ChecksumAlgorithm | undefined)[]) {
    const wanted = new Set(algorithms.filter((algorithm) => algorithm !== undefined));
    this.#checksums = [...wanted].map(createChecksum);
  }

  update(bytes: Uint8Array): void {
    this.#md5.update(bytes);
    for (const checksum of this.#checksums) checksum.update(bytes);
  }

  /** To be asked once, at the end. */
  async finish(): Promise<Digests> {
    const checksums: Partial<Record<ChecksumAlgorithm, string>> = {};
    for (const running of this.#checksums) {
      checksums[running.algorithm] = (await running.digest()).toString('base64');
    }
    return { md5Hex: this.#md5.digest('hex'), checksums };
  }
}

/** The checksums that are kept of those computed. */
export function keptChecksums({ checksums }: Digests, algorithm: ChecksumAlgorithm | undefined): Digests['checksums'] {
  const value = algorithm && checksums[algorithm];
  return algorithm && value !== undefined ? { [algorithm]: value } : {};
}
