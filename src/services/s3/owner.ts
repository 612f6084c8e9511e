import { createHash } from 'node:crypto';

/**
 * The canonical user id of an account: 64 hexadecimal digits that stay the same. AWS's are random; nothing may be
 * read from ours either, so it is a hash.
 */
export function canonicalUserId(accountId: string): string {
  return createHash('sha256').update(`varve canonical user ${accountId}`).digest('hex');
}

/** S3's Owner structure. (Display names are no longer sent by AWS.) */
export function ownerOf(accountId: string): { ID: string } {
  return { ID: canonicalUserId(accountId) };
}
