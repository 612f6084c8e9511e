/**
 * A trail's files as AWS leaves them in a bucket, made for tests without anything of the code that writes them: hourly digests
 * with one log file each, in memory.
 */
import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { AccountFolder, FolderOrigin } from '../index.ts';

export const ACCOUNT = '123456789012';
export const HOUR_MS = 3_600_000;
export const FIRST_MS = Date.parse('2026-11-20T22:00:00Z');

export interface TestKey {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  readonly fingerprint: string;
}

export function testKey(): TestKey {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const der = publicKey.export({ type: 'pkcs1', format: 'der' });
  return { privateKey, publicKey, fingerprint: createHash('md5').update(der).digest('hex') };
}

interface Stored {
  bytes: Buffer;
  metadata: Record<string, string>;
}

export interface Trail {
  readonly name: string;
  readonly key: TestKey;
  readonly region: string;
}

interface Signed {
  readonly bucket: string;
  readonly key: string;
  readonly hash: string;
  readonly signature: string;
}

/** An account's folder of a bucket. */
export class TestArchive {
  readonly objects = new Map<string, Stored>();
  readonly origin: FolderOrigin;
  readonly #last = new Map<string, Signed>();

  constructor(bucket = 'trails', prefix = 'pre/') {
    this.origin = { bucket, head: `${prefix}AWSLogs/${ACCOUNT}/` };
  }

  /** A digest that ends then, `hours` after its start, with its log files; gives its path. */
  digest(
    trail: Trail,
    endMs: number,
    { hours = 1, logs = [this.log(trail, endMs - 30 * 60_000)], previous }: DigestOptions = {},
  ): string {
    const { name, key, region } = trail;
    const end = iso(endMs);
    const file = `${ACCOUNT}_CloudTrail-Digest_${region}_${name}_us-east-1_${end.replaceAll(/[-:]/g, '')}.json.gz`;
    const path = `CloudTrail-Digest/${region}/${day(endMs)}/${file}`;
    const before = previous === 'none' ? undefined : (previous ?? this.#last.get(name + region));
    const text = JSON.stringify({
      awsAccountId: ACCOUNT,
      digestStartTime: iso(endMs - hours * HOUR_MS),
      digestEndTime: end,
      digestS3Bucket: this.origin.bucket,
      digestS3Object: this.origin.head + path,
      digestPublicKeyFingerprint: key.fingerprint,
      digestSignatureAlgorithm: 'SHA256withRSA',
      newestEventTime: null,
      oldestEventTime: null,
      previousDigestS3Bucket: before?.bucket ?? null,
      previousDigestS3Object: before?.key ?? null,
      previousDigestHashValue: before?.hash ?? null,
      previousDigestHashAlgorithm: before ? 'SHA-256' : null,
      previousDigestSignature: before?.signature ?? null,
      logFiles: logs.map((log) => ({
        s3Bucket: this.origin.bucket,
        s3Object: this.origin.head + log,
        hashValue: sha256(gunzipSync(this.objects.get(log)?.bytes ?? Buffer.alloc(0))),
        hashAlgorithm: 'SHA-256',
        newestEventTime: end,
        oldestEventTime: end,
      })),
    });
    const hash = sha256(Buffer.from(text));
    const toSign = `${end}\n${this.origin.bucket}/${this.origin.head}${path}\n${hash}\n${before?.signature ?? 'null'}`;
    const signature = sign('sha256', Buffer.from(toSign), key.privateKey).toString('hex');
    this.put(path, text, { signature, 'signature-algorithm': 'SHA256withRSA' });
    this.#last.set(name + region, { bucket: this.origin.bucket, key: this.origin.head + path, hash, signature });
    return path;
  }

  log(trail: Trail, ms: number, text = `{"Records":["${trail.name} ${ms}"]}`): string {
    const stamp = iso(ms).slice(0, 16).replaceAll(/[-:]/g, '');
    const token = sha256(Buffer.from(text + trail.name)).slice(0, 16);
    const file = `${ACCOUNT}_CloudTrail_${trail.region}_${stamp}Z_${token}.json.gz`;
    const path = `CloudTrail/${trail.region}/${day(ms)}/${file}`;
    this.put(path, text);
    return path;
  }

  put(path: string, text: string, metadata: Record<string, string> = {}): void {
    this.objects.set(path, { bytes: gzipSync(text), metadata });
  }

  lastOf(trail: Trail): Signed | undefined {
    return this.#last.get(trail.name + trail.region);
  }

  /** As S3 gives it. */
  bucket(): AccountFolder {
    return this.#folder(this.origin, (stored) => stored.metadata);
  }

  /** As a download leaves it: without metadata, and without a word of where it comes from. */
  download(): AccountFolder {
    return this.#folder(undefined, () => undefined);
  }

  #folder(origin: FolderOrigin | undefined, metadataOf: (stored: Stored) => Record<string, string> | undefined) {
    const below = (path: string): string[][] =>
      [...this.objects.keys()]
        .filter((key) => key.startsWith(`${path}/`))
        .map((key) => key.slice(path.length + 1).split('/'));
    const folder: AccountFolder = {
      label: 'downloaded',
      origin,
      folders: async (path) => [
        ...new Set(below(path).flatMap(([name = '', ...rest]) => (rest.length > 0 ? [name] : []))),
      ],
      files: async (path) => below(path).flatMap(([name = '', ...rest]) => (rest.length > 0 ? [] : [name])),
      read: async (path) => {
        const stored = this.objects.get(path);
        return stored && { body: chunks(stored.bytes), metadata: metadataOf(stored) };
      },
    };
    return folder;
  }
}

interface DigestOptions {
  readonly hours?: number;
  readonly logs?: readonly string[];
  readonly previous?: Signed | 'none';
}

async function* chunks(bytes: Buffer): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 100) yield bytes.subarray(at, at + 100);
}

export function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

export function iso(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

function day(ms: number): string {
  return iso(ms).slice(0, 10).replaceAll('-', '/');
}
