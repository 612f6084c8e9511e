/** A digest as it was found: its text, what it says, and whether its signature holds. Knows nothing of how digests are written. */
import { type KeyObject, verify } from 'node:crypto';
import { gzipComment, unzip } from './gzip.ts';
import type { ArchivedObject } from './types.ts';

export const SIGNATURE_ALGORITHM = 'SHA256withRSA';
/** A digest is read whole: log files by the ten thousand make some megabytes. */
const FILE_BYTES_MAX = 32 * 1024 * 1024;
const TEXT_BYTES_MAX = 128 * 1024 * 1024;

export interface LogFileEntry {
  readonly bucket: string;
  readonly key: string;
  readonly sha256Hex: string;
}

export interface DigestContent {
  readonly bucket: string;
  readonly key: string;
  readonly start: string;
  readonly end: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly fingerprint: string;
  readonly algorithm: string;
  readonly previous:
    | { readonly bucket: string; readonly key: string; readonly sha256Hex: string; readonly signatureHex: string }
    | undefined;
  readonly logFiles: readonly LogFileEntry[];
}

export interface FoundDigest extends DigestContent {
  /** Of the uncompressed text. */
  readonly sha256Hex: string;
  /** From the object's metadata, or the comment of the gzip file; undefined when neither has one. */
  readonly signatureHex: string | undefined;
}

/** Undefined when it is no digest. */
export async function readDigest({ body, metadata }: ArchivedObject): Promise<FoundDigest | undefined> {
  const file = await gathered(body, FILE_BYTES_MAX);
  if (!file) return undefined;
  const unzipped = await unzip(oneOf(file), TEXT_BYTES_MAX);
  if (!unzipped?.bytes) return undefined;
  const content = contentOf(unzipped.bytes);
  if (!content) return undefined;
  const signatureHex = metadata ? metadata['signature'] : signatureOfComment(gzipComment(file));
  return { ...content, sha256Hex: unzipped.sha256Hex, signatureHex };
}

/** Whether the signature is the key's over this digest. (cloudtrail.md §5.4, 4 and 5) */
export function isSignedBy(digest: FoundDigest, signatureHex: string, key: KeyObject): boolean {
  if (digest.algorithm !== SIGNATURE_ALGORITHM || !/^(?:[0-9a-f]{2})+$/i.test(signatureHex)) return false;
  const signed = [
    digest.end,
    `${digest.bucket}/${digest.key}`,
    digest.sha256Hex,
    digest.previous?.signatureHex ?? 'null',
  ].join('\n');
  return verify('sha256', Buffer.from(signed), key, Buffer.from(signatureHex, 'hex'));
}

async function gathered(body: AsyncIterable<Uint8Array>, bytesMax: number): Promise<Buffer | undefined> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > bytesMax) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function* oneOf(file: Buffer): AsyncGenerator<Uint8Array> {
  yield file;
}

function signatureOfComment(comment: string | undefined): string | undefined {
  return comment === undefined ? undefined : /(?:^|;)signature=([0-9a-f]+)(?:;|$)/i.exec(comment)?.[1];
}

type Members = Readonly<Record<string, unknown>>;

function contentOf(text: Buffer): DigestContent | undefined {
  let json: unknown;
  try {
    json = JSON.parse(text.toString('utf8'));
  } catch {
    return undefined;
  }
  if (typeof json !== 'object' || json === null) return undefined;
  const members = json as Members;
  const [bucket, key, start, end, fingerprint, algorithm] = [
    'digestS3Bucket',
    'digestS3Object',
    'digestStartTime',
    'digestEndTime',
    'digestPublicKeyFingerprint',
    'digestSignatureAlgorithm',
  ].map((name) => textOf(members[name]));
  if (!bucket || !key || !start || !end || !fingerprint || !algorithm) return undefined;
  const [startMs, endMs] = [Date.parse(start), Date.parse(end)];
  const logFiles = logFilesOf(members['logFiles']);
  const previous = previousOf(members);
  if (Number.isNaN(startMs) || Number.isNaN(endMs) || !logFiles || previous === 'malformed') return undefined;
  return { bucket, key, start, end, startMs, endMs, fingerprint, algorithm, previous, logFiles };
}

function previousOf(members: Members): DigestContent['previous'] | 'malformed' {
  if (!('previousDigestSignature' in members)) return 'malformed';
  const given = [
    'previousDigestS3Bucket',
    'previousDigestS3Object',
    'previousDigestHashValue',
    'previousDigestSignature',
  ];
  if (given.every((name) => (members[name] ?? null) === null)) return undefined;
  const [bucket, key, sha256Hex, signatureHex] = given.map((name) => textOf(members[name]));
  if (!bucket || !key || !sha256Hex || !signatureHex) return 'malformed';
  return { bucket, key, sha256Hex, signatureHex };
}

function logFilesOf(value: unknown): LogFileEntry[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const files: LogFileEntry[] = [];
  for (const entry of value as unknown[]) {
    if (typeof entry !== 'object' || entry === null) return undefined;
    const members = entry as Members;
    const [bucket, key, sha256Hex] = ['s3Bucket', 's3Object', 'hashValue'].map((name) => textOf(members[name]));
    if (!bucket || !key || !sha256Hex || members['hashAlgorithm'] !== 'SHA-256') return undefined;
    files.push({ bucket, key, sha256Hex });
  }
  return files;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
