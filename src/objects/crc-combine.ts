/**
 * The CRC of two byte strings joined, from the CRCs of each: a FULL_OBJECT checksum of a multipart upload
 * without reading the parts again.
 *
 * crc(A·B) = crc(A)·x^(8·|B|) mod P ⊕ crc(B), in the reflected bit order and with the all-ones start and end value
 * that all three of S3's CRCs have.
 */

interface Polynomial {
  readonly bits: bigint;
  readonly reflected: bigint;
}

const POLYNOMIALS = {
  CRC32: { bits: 32n, reflected: 0xedb8_8320n },
  CRC32C: { bits: 32n, reflected: 0x82f6_3b78n },
  CRC64NVME: { bits: 64n, reflected: 0x9a6c_9329_ac4b_c9b5n },
} as const satisfies Record<string, Polynomial>;

export type CrcAlgorithm = keyof typeof POLYNOMIALS;

export function isCrc(algorithm: string): algorithm is CrcAlgorithm {
  return Object.hasOwn(POLYNOMIALS, algorithm);
}

/**
 * The CRC of all pieces joined in order.
 * @param pieces each one's CRC (base64, as in S3's headers) and its length in bytes
 * @returns base64
 */
export function combineCrcs(
  algorithm: CrcAlgorithm,
  pieces: readonly { readonly checksum: string; readonly sizeBytes: number }[],
): string {
  const polynomial = POLYNOMIALS[algorithm];
  // Parts nearly always have one size, and its power is what costs.
  const powers = new Map<number, bigint>();
  let combined = 0n;
  for (const { checksum, sizeBytes } of pieces) {
    let power = powers.get(sizeBytes);
    if (power === undefined) powers.set(sizeBytes, (power = xToThe(BigInt(sizeBytes) * 8n, polynomial)));
    combined = multiply(power, combined, polynomial) ^ BigInt(`0x${Buffer.from(checksum, 'base64').toString('hex')}`);
  }
  return Buffer.from(combined.toString(16).padStart(Number(polynomial.bits) / 4, '0'), 'hex').toString('base64');
}

/** Product of two polynomials modulo P; the highest bit is the coefficient of x^0. */
function multiply(a: bigint, b: bigint, { bits, reflected }: Polynomial): bigint {
  let product = 0n;
  let shifted = b;
  for (let bit = 1n << (bits - 1n); bit > 0n; bit >>= 1n) {
    if (a & bit) product ^= shifted;
    shifted = shifted & 1n ? (shifted >> 1n) ^ reflected : shifted >> 1n;
  }
  return product;
}

/** x^exponent modulo P, by squaring. */
function xToThe(exponent: bigint, polynomial: Polynomial): bigint {
  let result = 1n << (polynomial.bits - 1n);
  let square = 1n << (polynomial.bits - 2n);
  for (let left = exponent; left > 0n; left >>= 1n) {
    if (left & 1n) result = multiply(result, square, polynomial);
    square = multiply(square, square, polynomial);
  }
  return result;
}
