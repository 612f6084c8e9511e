/** A whole server in this process, with real SDK clients against it; each test has its own data directory. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BedrockClient } from '@aws-sdk/client-bedrock';
import { BedrockAgentClient } from '@aws-sdk/client-bedrock-agent';
import { BedrockAgentRuntimeClient } from '@aws-sdk/client-bedrock-agent-runtime';
import { BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime';
import { CloudTrailClient } from '@aws-sdk/client-cloudtrail';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { IAMClient } from '@aws-sdk/client-iam';
import { S3Client } from '@aws-sdk/client-s3';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { STSClient } from '@aws-sdk/client-sts';
import { startVarve, type Varve, type VarveParts } from '#app';
import { checkConfig } from '#config';

export const ACCOUNT = '123456789012';
export const REGION = 'us-east-1';
export const ROOT_KEY = {
  accessKeyId: 'AKIAVARVETESTROOTKEY',
  secretAccessKey: 'varve-test-secret-varve-test-secret-0001',
} as const;

export interface Clients {
  readonly bedrock: BedrockClient;
  readonly runtime: BedrockRuntimeClient;
  readonly agent: BedrockAgentClient;
  readonly agentRuntime: BedrockAgentRuntimeClient;
  readonly s3: S3Client;
  readonly cloudtrail: CloudTrailClient;
  readonly logs: CloudWatchLogsClient;
  readonly iam: IAMClient;
  readonly sts: STSClient;
  readonly sns: SNSClient;
  readonly sqs: SQSClient;
}

export interface TestVarve {
  readonly varve: Varve;
  readonly endpoint: string;
  readonly dataDir: string;
  readonly clients: Clients;
  /** Stops the server and starts it again on the same data. */
  restart(): Promise<void>;
}

type Settings = Record<string, unknown>;

/** Runs `work` against a server; `settings` are merged into a configuration that is quick and quiet. */
export async function withVarve(
  settings: Settings,
  work: (test: TestVarve) => Promise<void>,
  parts: Partial<VarveParts> = {},
): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'varve-test-'));
  let varve = await startVarve(testConfig(dataDir, settings), parts);
  let clients = makeClients(varve.endpoint);
  try {
    await work({
      get varve() {
        return varve;
      },
      get endpoint() {
        return varve.endpoint;
      },
      get clients() {
        return clients;
      },
      dataDir,
      restart: async () => {
        destroyClients(clients);
        await varve.stop('restart');
        varve = await startVarve(testConfig(dataDir, settings), parts);
        clients = makeClients(varve.endpoint);
      },
    });
  } finally {
    destroyClients(clients);
    await varve.stop('the test is over');
    await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
  }
}

export function testConfig(dataDir: string, settings: Settings): ReturnType<typeof checkConfig> {
  const { delivery, ...rest } = settings;
  return checkConfig(
    {
      listen: '127.0.0.1:0',
      data: dataDir,
      region: REGION,
      logLevel: process.env['VARVE_LOG_LEVEL'] ?? 'silent',
      localModels: true,
      accounts: [{ id: ACCOUNT, rootAccessKeyId: ROOT_KEY.accessKeyId, rootSecretAccessKey: ROOT_KEY.secretAccessKey }],
      delivery: { interval: '200ms', parkedRetry: '200ms', ...(delivery as Settings | undefined) },
      ...rest,
    },
    'the test',
  );
}

export function makeClients(
  endpoint: string,
  region = REGION,
  credentials: { accessKeyId: string; secretAccessKey: string } = { ...ROOT_KEY },
): Clients {
  const shared = { endpoint, region, credentials, maxAttempts: 1 };
  return {
    bedrock: new BedrockClient(shared),
    runtime: new BedrockRuntimeClient(shared),
    agent: new BedrockAgentClient(shared),
    agentRuntime: new BedrockAgentRuntimeClient(shared),
    s3: new S3Client({ ...shared, forcePathStyle: true }),
    cloudtrail: new CloudTrailClient(shared),
    logs: new CloudWatchLogsClient(shared),
    iam: new IAMClient(shared),
    sts: new STSClient(shared),
    sns: new SNSClient(shared),
    sqs: new SQSClient(shared),
  };
}

export function destroyClients(clients: Clients): void {
  for (const client of Object.values(clients) as { destroy(): void }[]) client.destroy();
}
