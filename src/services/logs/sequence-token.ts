import { createHash } from 'node:crypto';

const DIGITS = 56;

/** Sequence tokens are given and never asked for since 2023; one a stream, 56 digits as AWS writes them. */
export function sequenceToken(stream: string): string {
  const digest = createHash('sha256').update(stream).digest('hex').slice(0, 44);
  return `49${BigInt(`0x${digest}`)
    .toString()
    .padStart(DIGITS, '0')
    .slice(-(DIGITS - 2))}`;
}
