import { randomBytes, randomUUID } from 'node:crypto';

/** Where every id and random name part comes from; injected so that tests can foresee them. */
export interface IdSource {
  /** A version-4 UUID in lower case, as AWS request ids are. */
  uuid(): string;
  /** `length` lower-case hexadecimal digits. */
  hex(length: number): string;
  /** `length` characters of A–Z and 2–7, as in IAM's unique ids. */
  base32(length: number): string;
}

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

export const randomIds: IdSource = {
  uuid: () => randomUUID(),
  hex: (length) =>
    randomBytes(Math.ceil(length / 2))
      .toString('hex')
      .slice(0, length),
  base32: (length) => Array.from(randomBytes(length), (byte) => BASE32[byte & 31]).join(''),
};
