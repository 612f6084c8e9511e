/**
 * Bedrock's guide to model invocation logging, step by step, as a newcomer does it: the AWS CLI against a server of its
 * own process, with nothing but the environment that `varve env` prints and the policies that the guide prints.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { sleep } from '#base';
import { type GuidePolicy, guidePolicy, type Placeholders } from './guide-policies.ts';
import { type Ended, ROOT, run, type RunningServer, withServer } from './server-process.ts';

const ACCOUNT = '123456789012';
const MODEL = 'varve.echo-v1';
/** What a record may take to arrive on a busy machine. */
const ARRIVAL_MS = 60_000;
const STEP_MS = 300;

const missing = spawnSync('aws', ['--version']).error !== undefined;
const options = { skip: missing ? 'the AWS CLI (aws) is not installed' : false, timeout: 300_000 };

/** The AWS CLI in one Region of a server, with a folder for the files that the guide has one write. */
class Newcomer {
  readonly #server: RunningServer;
  readonly #folder: string;
  readonly region: string;

  constructor(server: RunningServer, folder: string, region: string) {
    this.#server = server;
    this.#folder = folder;
    this.region = region;
  }

  /** The command's answer; fails when the command does. */
  async aws(...args: string[]): Promise<string> {
    const { status, stdout, stderr } = await this.tryAws(...args);
    assert.equal(status, 0, `aws ${args.join(' ')}\n${stderr}`);
    return stdout;
  }

  tryAws(...args: string[]): Promise<Ended> {
    const region = { AWS_REGION: this.region, AWS_DEFAULT_REGION: this.region };
    return run('aws', args, { ...this.#server.environment, ...region }, this.#folder);
  }

  async policyFile(name: GuidePolicy, placeholders: Omit<Placeholders, 'region'>): Promise<string> {
    const path = join(this.#folder, `${this.region}-${name}`);
    await writeFile(path, guidePolicy(name, { region: this.region, ...placeholders }));
    return `file://${path}`;
  }

  async putLogging(loggingConfig: Record<string, unknown>): Promise<void> {
    await this.aws(
      'bedrock',
      'put-model-invocation-logging-configuration',
      '--logging-config',
      JSON.stringify(loggingConfig),
    );
  }

  async converse(text: string): Promise<void> {
    const messages = JSON.stringify([{ role: 'user', content: [{ text }] }]);
    const answer = await this.aws('bedrock-runtime', 'converse', '--model-id', MODEL, '--messages', messages);
    assert.deepEqual(JSON.parse(answer).output.message.content, [{ text }]);
  }

  /** The records of a bucket, fetched with `aws s3 cp --recursive`, until one has the text. */
  async recordInBucket(bucket: string, prefix: string, text: string): Promise<ModelCall> {
    const folder = await mkdtemp(join(this.#folder, 'bucket-'));
    const found = await eventually(async () => {
      await this.aws('s3', 'cp', '--recursive', '--quiet', `s3://${bucket}/${prefix}/AWSLogs/`, folder);
      const files = await readdir(folder, { recursive: true });
      const lines: string[] = [];
      for (const file of files.filter((name) => name.endsWith('.json.gz'))) {
        assert.match(
          file,
          /BedrockModelInvocationLogs\/[a-z0-9-]+\/\d{4}\/\d\d\/\d\d\/\d\d\/\d{8}T\d{9}Z_[0-9a-f]{16}\.json\.gz$/,
        );
        lines.push(
          ...gunzipSync(await readFile(join(folder, file)))
            .toString()
            .trimEnd()
            .split('\n'),
        );
      }
      return lines.find((line) => line.includes(text));
    });
    return JSON.parse(found) as ModelCall;
  }

  async recordInGroup(group: string, text: string): Promise<ModelCall> {
    const found = await eventually(async () => {
      const page = await this.aws('logs', 'filter-log-events', '--log-group-name', group);
      const { events } = JSON.parse(page) as { events: { logStreamName: string; message: string }[] };
      const event = events.find(({ message }) => message.includes(text));
      if (event) assert.equal(event.logStreamName, 'aws/bedrock/modelinvocations');
      return event?.message;
    });
    return JSON.parse(found) as ModelCall;
  }

  /** The guide's steps before the logging configuration: a bucket with the policy printed there. */
  async bucketWithPolicy(bucket: string, prefix: string): Promise<void> {
    await this.aws('s3', 'mb', `s3://${bucket}`);
    const policy = await this.policyFile('s3-bucket-policy.json', { bucketName: bucket, prefix });
    await this.aws('s3api', 'put-bucket-policy', '--bucket', bucket, '--policy', policy);
  }

  /** A log group, and a role with the two policies printed there. Gives the role's ARN. */
  async groupAndRole(group: string, role: string): Promise<string> {
    await this.aws('logs', 'create-log-group', '--log-group-name', group);
    const trust = await this.policyFile('cloudwatch-trust-policy.json', {});
    const write = await this.policyFile('cloudwatch-role-policy.json', { logGroupName: group });
    const made = await this.aws('iam', 'create-role', '--role-name', role, '--assume-role-policy-document', trust);
    await this.aws('iam', 'put-role-policy', '--role-name', role, '--policy-name', 'write', '--policy-document', write);
    return (JSON.parse(made) as { Role: { Arn: string } }).Role.Arn;
  }
}

interface ModelCall {
  readonly schemaType: string;
  readonly schemaVersion: string;
  readonly operation: string;
  readonly modelId: string;
  readonly accountId: string;
  readonly region: string;
}

async function eventually(look: () => Promise<string | undefined>): Promise<string> {
  const deadline = Date.now() + ARRIVAL_MS;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    assert.ok(Date.now() < deadline, 'the record did not arrive');
    await sleep(STEP_MS);
  }
}

function assertRecord(record: ModelCall, region: string): void {
  const { schemaType, schemaVersion, operation, modelId, accountId } = record;
  assert.deepEqual(
    { schemaType, schemaVersion, operation, modelId, accountId, region: record.region },
    {
      schemaType: 'ModelInvocationLog',
      schemaVersion: '1.0',
      operation: 'Converse',
      modelId: MODEL,
      accountId: ACCOUNT,
      region,
    },
  );
}

async function withNewcomer(
  region: string,
  work: (newcomer: Newcomer, server: RunningServer) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'varve-guide-'));
  try {
    await withServer([], (server) => work(new Newcomer(server, folder, region), server));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

test('the guide to S3, then to CloudWatch Logs: each record is where AWS puts it', options, () =>
  withNewcomer('us-east-1', async (me) => {
    await me.bucketWithPolicy('guide-logs', 'prefix');
    await me.putLogging({ s3Config: { bucketName: 'guide-logs', keyPrefix: 'prefix' } });
    const policy = JSON.parse(JSON.parse(await me.aws('s3api', 'get-bucket-policy', '--bucket', 'guide-logs')).Policy);
    assert.equal(policy.Statement.length, 1, 'the printed statement is enough: none is added');
    await me.converse('to the bucket');
    assertRecord(await me.recordInBucket('guide-logs', 'prefix', 'to the bucket'), me.region);
    const listing = await me.aws('s3', 'ls', '--recursive', 's3://guide-logs');
    assert.match(
      listing,
      / 0 prefix\/AWSLogs\/123456789012\/BedrockModelInvocationLogs\/amazon-bedrock-logs-permission-check$/m,
    );

    const roleArn = await me.groupAndRole('/guide/calls', 'guide-role');
    await me.putLogging({ cloudWatchConfig: { logGroupName: '/guide/calls', roleArn } });
    await me.converse('to the log group');
    assertRecord(await me.recordInGroup('/guide/calls', 'to the log group'), me.region);
    const { loggingConfig } = JSON.parse(await me.aws('bedrock', 'get-model-invocation-logging-configuration'));
    assert.equal(loggingConfig.s3Config, undefined, 'a configuration is replaced whole');
  }),
);

test(
  'the guide to CloudWatch Logs, then to both, in another Region, with a statement of its own in the bucket policy',
  options,
  () =>
    withNewcomer('eu-central-1', async (me) => {
      const roleArn = await me.groupAndRole('/guide/calls', 'guide-role');
      const cloudWatchConfig = { logGroupName: '/guide/calls', roleArn };
      await me.putLogging({ cloudWatchConfig });
      await me.converse('only to the log group');
      assertRecord(await me.recordInGroup('/guide/calls', 'only to the log group'), me.region);

      await me.aws('s3', 'mb', 's3://guide-logs-eu');
      const reader = {
        Sid: 'Readers',
        Effect: 'Allow',
        Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` },
        Action: 's3:GetObject',
        Resource: 'arn:aws:s3:::guide-logs-eu/*',
      };
      const own = JSON.stringify({ Version: '2012-10-17', Statement: [reader] });
      await me.aws('s3api', 'put-bucket-policy', '--bucket', 'guide-logs-eu', '--policy', own);
      await me.putLogging({ s3Config: { bucketName: 'guide-logs-eu', keyPrefix: 'prod' }, cloudWatchConfig });
      const policy = JSON.parse(
        JSON.parse(await me.aws('s3api', 'get-bucket-policy', '--bucket', 'guide-logs-eu')).Policy,
      );
      assert.deepEqual(policy.Statement[0], reader, 'other statements stay');
      assert.equal(policy.Statement.length, 2, 'the missing statement is added');
      await me.converse('to both');
      const inBucket = await me.recordInBucket('guide-logs-eu', 'prod', 'to both');
      assertRecord(inBucket, me.region);
      assert.deepEqual(await me.recordInGroup('/guide/calls', 'to both'), inBucket);

      await me.aws('bedrock', 'delete-model-invocation-logging-configuration');
      assert.equal(await me.aws('bedrock', 'get-model-invocation-logging-configuration'), '');
    }),
);

test('a step of the guide that was left out is told in the words of AWS', options, () =>
  withNewcomer('us-east-1', async (me) => {
    const put = (loggingConfig: unknown): Promise<Ended> =>
      me.tryAws(
        'bedrock',
        'put-model-invocation-logging-configuration',
        '--logging-config',
        JSON.stringify(loggingConfig),
      );
    const noBucket = await put({ s3Config: { bucketName: 'guide-nowhere' } });
    assert.match(noBucket.stderr, /\(ValidationException\).*guide-nowhere/);
    const roleArn = `arn:aws:iam::${ACCOUNT}:role/guide-role`;
    const noRole = await put({ cloudWatchConfig: { logGroupName: '/guide/calls', roleArn } });
    assert.match(noRole.stderr, /\(ValidationException\).*\/guide\/calls.*guide-role/);
    assert.equal(await me.aws('bedrock', 'get-model-invocation-logging-configuration'), '');
  }),
);

test('examples/aws-cli.sh does both ways from beginning to end, and again', options, () =>
  withNewcomer('us-east-1', async (_, { environment }) => {
    for (const round of ['the first time', 'again']) {
      const ended = await run('bash', [join(ROOT, 'examples/aws-cli.sh')], environment, ROOT, 120_000);
      assert.equal(ended.status, 0, `${round}:\n${ended.stdout}\n${ended.stderr}`);
      assert.match(ended.stdout, /"ModelInvocationLog"/);
      assert.match(ended.stdout, /^== Done/m);
    }
  }),
);
