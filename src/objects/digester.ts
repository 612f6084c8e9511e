import { createHash } from 'node:crypto';
import { createChecksum, type RunningChecksum } from './checksums.ts';
import type { ChecksumAlgorithm } from './types.ts';

export interface Digests {
  readonly md5Hex: string;
  /** base64 by algorithm. */
  readonly checksums: Readonly<Partial<Record<ChecksumAlgorithm, string>>>;
}

/** Digests of a body, taken while it streams by. */
export class Digester {
  readonly #md5 = createHash('md5');
  readonly #checksum: RunningChecksum | undefined;

  constructor(algorithm: ChecksumAlgorithm | undefined) {
    this.#checksum = algorithm && createChecksum(algorithm);
  }

  update(bytes: Uint8Array): void {
    this.#md5.update(bytes);
    this.#checksum?.update(bytes);
  }

  /** To be asked once, at the end. */
  async finish(): Promise<Digests> {
    const checksums: Partial<Record<ChecksumAlgorithm, string>> = {};
    if (this.#checksum) checksums[this.#checksum.algorithm] = (await this.#checksum.digest()).toString('base64');
    return { md5Hex: this.#md5.digest('hex'), checksums };
  }
}
