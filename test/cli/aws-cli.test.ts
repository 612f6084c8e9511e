/** The AWS CLI's everyday commands beyond the guide: what people try next. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Ended, run, type RunningServer, withServer } from './server-process.ts';

const MIB = 1024 * 1024;
const missing = spawnSync('aws', ['--version']).error !== undefined;
const options = { skip: missing ? 'the AWS CLI (aws) is not installed' : false, timeout: 300_000 };

interface Shell {
  readonly folder: string;
  readonly server: RunningServer;
  /** Prints of a command that works, JSON parsed by the tests themselves. */
  aws(...args: string[]): Promise<string>;
  tryAws(args: readonly string[], environment?: Readonly<Record<string, string>>): Promise<Ended>;
}

async function withShell(work: (shell: Shell) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'varve-aws-cli-'));
  try {
    await withServer(['--local-models'], async (server) => {
      const tryAws: Shell['tryAws'] = (args, more = {}) => run('aws', args, { ...server.environment, ...more }, folder);
      const aws: Shell['aws'] = async (...args) => {
        const { status, stdout, stderr } = await tryAws(args);
        assert.equal(status, 0, `aws ${args.join(' ')}\n${stderr}`);
        return stdout;
      };
      await work({ folder, server, aws, tryAws });
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

test(
  'aws s3: a file of 20 MB goes up in parts and comes back the same; folders sync both ways; a bucket goes when empty',
  options,
  () =>
    withShell(async ({ folder, aws, tryAws }) => {
      const bytes = randomBytes(20 * MIB);
      await writeFile(join(folder, 'large.bin'), bytes);
      await mkdir(join(folder, 'tree/sub'), { recursive: true });
      const names = ['a.txt', 'sub/späce n+me.txt'];
      for (const name of names) await writeFile(join(folder, 'tree', name), name);

      await aws('s3', 'mb', 's3://everyday');
      await aws('s3', 'cp', '--quiet', 'large.bin', 's3://everyday/large.bin');
      const head = JSON.parse(await aws('s3api', 'head-object', '--bucket', 'everyday', '--key', 'large.bin'));
      assert.equal(head.ContentLength, bytes.length);
      assert.match(head.ETag, /^"[0-9a-f]{32}-3"$/, 'three parts of 8 MB');
      await aws('s3', 'cp', '--quiet', 's3://everyday/large.bin', 'back.bin');
      assert.ok(bytes.equals(await readFile(join(folder, 'back.bin'))));

      await aws('s3', 'sync', '--quiet', 'tree', 's3://everyday/tree');
      assert.equal(await aws('s3', 'sync', 'tree', 's3://everyday/tree'), '', 'nothing is left to do');
      await aws('s3', 'sync', '--quiet', 's3://everyday/tree', 'copy');
      for (const name of names) assert.equal(await readFile(join(folder, 'copy', name), 'utf8'), name);

      await aws('s3', 'mv', '--quiet', 's3://everyday/tree/a.txt', 's3://everyday/moved.txt');
      assert.match(
        await aws('s3', 'ls', '--recursive', 's3://everyday'),
        / large\.bin\n.* moved\.txt\n.* tree\/sub\/späce n\+me\.txt\n$/,
      );
      assert.match((await tryAws(['s3', 'rb', 's3://everyday'])).stderr, /BucketNotEmpty/);
      await aws('s3', 'rm', '--quiet', '--recursive', 's3://everyday');
      await aws('s3', 'rb', 's3://everyday');
      assert.match((await tryAws(['s3', 'ls', 's3://everyday'])).stderr, /NoSuchBucket/);
    }),
);

test(
  'aws s3 presign: a signature of version 4 opens the object; one of version 2 is refused with the way out',
  options,
  () =>
    withShell(async ({ folder, aws, tryAws }) => {
      await writeFile(join(folder, 'note.txt'), 'hello');
      await aws('s3', 'mb', 's3://presigned');
      await aws('s3', 'cp', '--quiet', 'note.txt', 's3://presigned/note.txt');
      const configFile = join(folder, 'config');
      await writeFile(configFile, '[default]\ns3 =\n    signature_version = s3v4\n');
      const presign = ['s3', 'presign', 's3://presigned/note.txt'];
      const version4 = (await tryAws(presign, { AWS_CONFIG_FILE: configFile })).stdout.trim();
      assert.match(version4, /X-Amz-Signature=/);
      assert.equal(await (await fetch(version4)).text(), 'hello');
      const version2 = version4.replace(/\?.*/, '?AWSAccessKeyId=AKIA&Signature=c2ln&Expires=4000000000');
      const refused = await fetch(version2);
      assert.equal(refused.status, 400);
      assert.match(await refused.text(), /<Code>InvalidRequest<\/Code>.*Please use AWS4-HMAC-SHA256/);
      assert.equal((await fetch(version4.replace(/\?.*/, ''))).status, 403);
    }),
);

test('aws logs: what was put is read at once, in pages, and a group goes with its streams', options, () =>
  withShell(async ({ folder, aws, tryAws }) => {
    await aws('logs', 'create-log-group', '--log-group-name', 'everyday');
    await aws('logs', 'create-log-stream', '--log-group-name', 'everyday', '--log-stream-name', 's');
    const nowMs = Date.now();
    const events = Array.from({ length: 25 }, (_, at) => ({ timestamp: nowMs + at, message: `event ${at}` }));
    await writeFile(join(folder, 'events.json'), JSON.stringify(events));
    const stream = ['--log-group-name', 'everyday', '--log-stream-name', 's'];
    await aws('logs', 'put-log-events', ...stream, '--log-events', 'file://events.json');
    const all = JSON.parse(
      await aws(
        'logs',
        'filter-log-events',
        '--log-group-name',
        'everyday',
        '--page-size',
        '4',
        '--query',
        'events[].message',
      ),
    );
    assert.deepEqual(
      all,
      events.map(({ message }) => message),
    );
    const first = JSON.parse(
      await aws('logs', 'filter-log-events', '--log-group-name', 'everyday', '--max-items', '3'),
    );
    const rest = JSON.parse(
      await aws('logs', 'filter-log-events', '--log-group-name', 'everyday', '--starting-token', first.NextToken),
    );
    assert.deepEqual(
      [...first.events, ...rest.events].map(({ message }) => message),
      all,
    );
    const found = await aws(
      'logs',
      'filter-log-events',
      '--log-group-name',
      'everyday',
      '--filter-pattern',
      '"event 7"',
      '--query',
      'events[].message',
      '--output',
      'text',
    );
    assert.equal(found, 'event 7\n');
    const last = JSON.parse(await aws('logs', 'get-log-events', ...stream, '--limit', '1'));
    assert.equal(last.events[0].message, 'event 24');
    const described = JSON.parse(await aws('logs', 'describe-log-streams', '--log-group-name', 'everyday'));
    assert.equal(described.logStreams[0].firstEventTimestamp, nowMs);
    await aws('logs', 'delete-log-group', '--log-group-name', 'everyday');
    assert.match(
      (await tryAws(['logs', 'describe-log-streams', '--log-group-name', 'everyday'])).stderr,
      /ResourceNotFoundException/,
    );
  }),
);

test('aws sts, iam and bedrock: a role is assumed and calls a model; what is not there says why', options, () =>
  withShell(async ({ folder, server, aws, tryAws }) => {
    assert.equal(JSON.parse(await aws('sts', 'get-caller-identity')).Arn, 'arn:aws:iam::123456789012:root');
    const trust = { Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::123456789012:root' }, Action: 'sts:AssumeRole' };
    const document = JSON.stringify({ Version: '2012-10-17', Statement: [trust] });
    await aws('iam', 'create-role', '--role-name', 'app', '--assume-role-policy-document', document);
    const assume = [
      'sts',
      'assume-role',
      '--role-arn',
      'arn:aws:iam::123456789012:role/app',
      '--role-session-name',
      'ci',
    ];
    const { Credentials } = JSON.parse(await aws(...assume));
    const session = {
      AWS_ACCESS_KEY_ID: Credentials.AccessKeyId,
      AWS_SECRET_ACCESS_KEY: Credentials.SecretAccessKey,
      AWS_SESSION_TOKEN: Credentials.SessionToken,
    };
    assert.match((await tryAws(['sts', 'get-caller-identity'], session)).stdout, /assumed-role\/app\/ci/);

    const haiku = 'anthropic.claude-3-haiku-20240307-v1:0';
    const models = JSON.parse(await aws('bedrock', 'list-foundation-models', '--query', 'modelSummaries[].modelId'));
    assert.ok(models.includes(haiku));
    const body = JSON.stringify({
      anthropic_version: 'bedrock-2023-05-31',
      max_tokens: 50,
      messages: [{ role: 'user', content: 'Hello' }],
    });
    const invoke = ['bedrock-runtime', 'invoke-model', '--model-id', haiku, '--body', body, 'out.json'];
    assert.match((await tryAws(invoke, session)).stderr, /AccessDeniedException.*bedrock:InvokeModel/);
    const calling = { Effect: 'Allow', Action: 'bedrock:InvokeModel', Resource: '*' };
    const policy = JSON.stringify({ Version: '2012-10-17', Statement: [calling] });
    await aws('iam', 'put-role-policy', '--role-name', 'app', '--policy-name', 'calls', '--policy-document', policy);
    const invoked = await tryAws(invoke, session);
    assert.equal(invoked.status, 0, invoked.stderr);
    assert.equal(JSON.parse(await readFile(join(folder, 'out.json'), 'utf8')).content[0].text, 'Hello');
    const counted = { converse: { messages: [{ role: 'user', content: [{ text: 'three words here' }] }] } };
    const count = await aws(
      'bedrock-runtime',
      'count-tokens',
      '--model-id',
      'varve.echo-v1',
      '--input',
      JSON.stringify(counted),
    );
    assert.deepEqual(JSON.parse(count), { inputTokens: 3 });

    for (const [args, expected] of [
      [['bedrock', 'list-guardrails'], /\(UnknownOperationException\).*ListGuardrails: guardrails live in AWS/],
      [['iam', 'list-saml-providers'], /\(InvalidAction\).*ListSAMLProviders: Varve takes OpenID Connect tokens/],
      [['dynamodb', 'list-tables'], /does not serve the service "dynamodb"/],
    ] as const) {
      assert.match((await tryAws(args)).stderr, expected);
    }
    const wrongSecret = { ...server.environment, AWS_SECRET_ACCESS_KEY: 'x' };
    assert.match((await tryAws(['sts', 'get-caller-identity'], wrongSecret)).stderr, /\(SignatureDoesNotMatch\)/);
  }),
);
