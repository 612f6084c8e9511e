/** One server for the tests of a file, with real S3 clients against it. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { CreateBucketCommand, S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import { startVarve, type Varve } from '#app';
import { ACCOUNT, REGION, ROOT_KEY, testConfig } from '../../harness.ts';

export const OTHER_ACCOUNT = '210987654321';
const OTHER_KEY = {
  accessKeyId: 'AKIAVARVETESTOTHERKE',
  secretAccessKey: 'varve-test-secret-varve-test-secret-0002',
} as const;

export interface S3Server {
  readonly endpoint: string;
  readonly s3: S3Client;
  /** A client of the other account. */
  readonly stranger: S3Client;
  client(region: string): S3Client;
  /** Makes a bucket with a name of its own. */
  bucket(): Promise<string>;
}

export function s3Server(): S3Server {
  let dataDir: string;
  let varve: Varve;
  const clients: S3Client[] = [];
  let buckets = 0;
  const client = (region: string, credentials: typeof ROOT_KEY | typeof OTHER_KEY = ROOT_KEY): S3Client => {
    const made = new S3Client({ endpoint: varve.endpoint, region, credentials, maxAttempts: 1, forcePathStyle: true });
    clients.push(made);
    return made;
  };
  let s3: S3Client;
  let stranger: S3Client;
  before(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'varve-s3-'));
    const accounts = [
      { id: ACCOUNT, rootAccessKeyId: ROOT_KEY.accessKeyId, rootSecretAccessKey: ROOT_KEY.secretAccessKey },
      { id: OTHER_ACCOUNT, rootAccessKeyId: OTHER_KEY.accessKeyId, rootSecretAccessKey: OTHER_KEY.secretAccessKey },
    ];
    varve = await startVarve(testConfig(dataDir, { accounts }));
    s3 = client(REGION);
    stranger = client(REGION, OTHER_KEY);
  });
  after(async () => {
    for (const made of clients) made.destroy();
    await varve.stop('the tests are over');
    await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
  });
  return {
    get endpoint() {
      return varve.endpoint;
    },
    get s3() {
      return s3;
    },
    get stranger() {
      return stranger;
    },
    client: (region) => client(region),
    bucket: async () => {
      buckets += 1;
      const name = `bucket-${process.pid}-${buckets}`;
      await s3.send(new CreateBucketCommand({ Bucket: name }));
      return name;
    },
  };
}

/** The error a call ends with: its code, status and text. */
export async function failure(
  work: Promise<unknown>,
): Promise<{ code: string; status: number | undefined; text: string; error: S3ServiceException }> {
  let answer: unknown;
  try {
    answer = await work;
  } catch (error) {
    if (!(error instanceof S3ServiceException)) throw error;
    return { code: error.name, status: error.$metadata.httpStatusCode, text: error.message, error };
  }
  assert.fail(`it succeeded: ${JSON.stringify(answer).slice(0, 300)}`);
}

/** Asserts code, status and, where given, the exact text. */
export async function refused(work: Promise<unknown>, status: number, code: string, text?: string): Promise<void> {
  const { error: _, ...found } = await failure(work);
  assert.deepEqual(found, { code, status, text: text ?? found.text });
}
