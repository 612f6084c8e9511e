/** A digest's text, what of it is signed, and its object. (specs: cloudtrail.md §5.4, proven with the AWS CLI) */
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { crc32, deflateRaw } from 'node:zlib';
import { isoSeconds } from './names.ts';
import type { DigestPlan, NamedFile } from './types.ts';

export const SIGNATURE_ALGORITHM = 'SHA256withRSA';
const HASH_ALGORITHM = 'SHA-256';

const deflateAsync = promisify(deflateRaw);

type Unsigned = Omit<DigestPlan, 'signatureHex' | 'isLast'>;

/** The uncompressed JSON; the same for the same plan and files. */
export function digestText(plan: Unsigned, files: readonly NamedFile[]): Buffer {
  const { trail, previous } = plan;
  const newestMs = files.reduce<number | undefined>((most, file) => Math.max(most ?? 0, file.newestEventMs), undefined);
  const oldestMs = files.reduce<number | undefined>(
    (least, file) => Math.min(least ?? Number.MAX_SAFE_INTEGER, file.oldestEventMs),
    undefined,
  );
  return Buffer.from(
    JSON.stringify({
      awsAccountId: trail.accountId,
      digestStartTime: isoSeconds(plan.startMs),
      digestEndTime: isoSeconds(plan.endMs),
      digestS3Bucket: trail.bucketName,
      digestS3Object: plan.key,
      digestPublicKeyFingerprint: plan.fingerprint,
      digestSignatureAlgorithm: SIGNATURE_ALGORITHM,
      newestEventTime: newestMs === undefined ? null : isoSeconds(newestMs),
      oldestEventTime: oldestMs === undefined ? null : isoSeconds(oldestMs),
      previousDigestS3Bucket: previous?.bucketName ?? null,
      previousDigestS3Object: previous?.key ?? null,
      previousDigestHashValue: previous?.sha256Hex ?? null,
      previousDigestHashAlgorithm: previous ? HASH_ALGORITHM : null,
      previousDigestSignature: previous?.signatureHex ?? null,
      logFiles: files.map((file) => ({
        s3Bucket: file.bucketName,
        s3Object: file.key,
        hashValue: file.sha256Hex,
        hashAlgorithm: HASH_ALGORITHM,
        newestEventTime: isoSeconds(file.newestEventMs),
        oldestEventTime: isoSeconds(file.oldestEventMs),
      })),
    }),
  );
}

export function sha256HexOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Without a newline at the end; the first digest of a chain has the word `null` where a signature would stand. */
export function stringToSign({ trail, key, endMs, previous }: Unsigned, text: Buffer): string {
  return [
    isoSeconds(endMs),
    `${trail.bucketName}/${key}`,
    sha256HexOf(text),
    previous === undefined ? 'null' : previous.signatureHex,
  ].join('\n');
}

const GZIP_HEAD = Buffer.from([0x1f, 0x8b, 0x08, 0x10, 0, 0, 0, 0, 0, 0xff]);

/**
 * Gzip of the text, with the signature as the file's comment (RFC 1952, FCOMMENT). AWS keeps it in the object's metadata alone,
 * which a download leaves behind: `varve verify` finds it here. Whatever reads gzip passes over it.
 */
export async function digestFile(text: Buffer, signatureHex: string): Promise<Buffer> {
  const end = Buffer.alloc(8);
  end.writeUInt32LE(crc32(text), 0);
  end.writeUInt32LE(text.length % 2 ** 32, 4);
  const comment = Buffer.from(`signature=${signatureHex};signature-algorithm=${SIGNATURE_ALGORITHM}\0`, 'latin1');
  return Buffer.concat([GZIP_HEAD, comment, await deflateAsync(text), end]);
}

/** User metadata of a digest's object. */
export function digestMetadata(signatureHex: string): Record<string, string> {
  return { signature: signatureHex, 'signature-algorithm': SIGNATURE_ALGORITHM };
}
