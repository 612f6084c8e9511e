/** A Varve server in a process of its own, with logging to S3 and CloudWatch Logs on. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BedrockClient, PutModelInvocationLoggingConfigurationCommand } from '@aws-sdk/client-bedrock';
import { CloudWatchLogsClient, CreateLogGroupCommand } from '@aws-sdk/client-cloudwatch-logs';
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { sleep } from '#base';
import { BENCH_KEY, REGION } from './requests.ts';

const ACCOUNT = '123456789012';
const HEALTHY_TIMEOUT_MS = 20_000;

export interface Target {
  readonly name: string;
  readonly port: number;
  readonly child: ChildProcess | undefined;
}

export interface ServerOptions {
  readonly nodeOptions?: readonly string[];
}

export async function startVarveProcess(
  name: string,
  upstreamPort: number,
  durability: 'fsync' | 'os',
  root: string,
  { nodeOptions = [] }: ServerOptions = {},
): Promise<Target & { startMs: number }> {
  const data = join(root, name);
  const port = 20_000 + Math.floor(Math.random() * 20_000);
  const config = join(root, `${name}.json`);
  const upstream = { kind: 'bedrock', endpoint: `http://127.0.0.1:${upstreamPort}`, credentials: BENCH_KEY };
  writeFileSync(
    config,
    JSON.stringify({
      listen: `127.0.0.1:${port}`,
      data,
      region: REGION,
      logLevel: 'error',
      accounts: [
        { id: ACCOUNT, rootAccessKeyId: BENCH_KEY.accessKeyId, rootSecretAccessKey: BENCH_KEY.secretAccessKey },
      ],
      upstreams: { mock: upstream },
      models: [{ models: ['*'], upstream: 'mock' }],
      journal: { durability },
      delivery: { interval: '2s' },
    }),
  );
  const started = performance.now();
  const { child, endpoint } = await startServer(config, { nodeOptions });
  const startMs = performance.now() - started;
  await turnLoggingOn(endpoint);
  return { name, port, child, startMs };
}

/** A server in a process of its own; resolves when it is healthy. */
export async function startServer(
  config: string,
  { nodeOptions = [] }: ServerOptions = {},
): Promise<{ readonly child: ChildProcess; readonly endpoint: string }> {
  const { listen } = JSON.parse(readFileSync(config, 'utf8')) as { listen?: string };
  const endpoint = `http://${listen ?? '127.0.0.1:4650'}`;
  const bin = new URL('../../bin/varve.mjs', import.meta.url).pathname;
  const child = spawn(process.execPath, [...nodeOptions, bin, 'serve', '--config', config], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const until = performance.now() + HEALTHY_TIMEOUT_MS;
  for (;;) {
    const healthy = await fetch(`${endpoint}/_varve/health`).then(
      (response) => response.ok,
      () => false,
    );
    if (healthy) return { child, endpoint };
    if (performance.now() > until) throw new Error(`the server of ${config} did not become healthy`);
    await sleep(10);
  }
}

async function turnLoggingOn(endpoint: string): Promise<void> {
  const shared = { endpoint, region: REGION, credentials: { ...BENCH_KEY } };
  const clients = {
    s3: new S3Client({ ...shared, forcePathStyle: true }),
    logs: new CloudWatchLogsClient(shared),
    iam: new IAMClient(shared),
    bedrock: new BedrockClient(shared),
  };
  await clients.s3.send(new CreateBucketCommand({ Bucket: 'bench-logs' }));
  await clients.logs.send(new CreateLogGroupCommand({ logGroupName: 'bench' }));
  const statement = (extra: Record<string, unknown>): string =>
    JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', ...extra }] });
  await clients.iam.send(
    new CreateRoleCommand({
      RoleName: 'bench',
      AssumeRolePolicyDocument: statement({
        Principal: { Service: 'bedrock.amazonaws.com' },
        Action: 'sts:AssumeRole',
      }),
    }),
  );
  await clients.iam.send(
    new PutRolePolicyCommand({
      RoleName: 'bench',
      PolicyName: 'write',
      PolicyDocument: statement({ Action: ['logs:CreateLogStream', 'logs:PutLogEvents'], Resource: '*' }),
    }),
  );
  await clients.bedrock.send(
    new PutModelInvocationLoggingConfigurationCommand({
      loggingConfig: {
        s3Config: { bucketName: 'bench-logs' },
        cloudWatchConfig: { logGroupName: 'bench', roleArn: `arn:aws:iam::${ACCOUNT}:role/bench` },
      },
    }),
  );
  for (const client of Object.values(clients)) client.destroy();
}
