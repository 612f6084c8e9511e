/** Where secrets must not turn up: what the server says, what its processes show, and what would be dumped of them. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import {
  CreateAccessKeyCommand,
  CreateRoleCommand,
  CreateServiceSpecificCredentialCommand,
  CreateUserCommand,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import { ListBucketsCommand } from '@aws-sdk/client-s3';
import { AssumeRoleCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { randomBytes } from 'node:crypto';
import { signRequest } from '#wire';
import { converse } from '../calls.ts';
import { ACCOUNT, type Clients, destroyClients, makeClients, REGION } from '../harness.ts';
import {
  converseBody,
  converseTarget,
  exchange,
  processTree,
  startServerProcess,
  withServerProcess,
} from './support.ts';

const onLinux = { skip: process.platform === 'linux' ? false : 'looks into /proc' };
const ROOT = { accessKeyId: 'AKIAROOTOFSECRETSTST', secretAccessKey: `root-${randomBytes(24).toString('hex')}` };
const ROOT_ENVIRONMENT = {
  VARVE_ROOT_ACCESS_KEY_ID: ROOT.accessKeyId,
  VARVE_ROOT_SECRET_ACCESS_KEY: ROOT.secretAccessKey,
};
const SETTINGS = { logLevel: 'trace', accounts: [{ id: ACCOUNT }] };

interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** Collects everything that is said, whether it worked or not. */
class Heard {
  readonly texts: string[] = [];

  async of(call: Promise<unknown>): Promise<void> {
    const said = await call.catch((error: unknown) => error);
    const { message = '', $response } = said as { message?: string; $response?: { body?: unknown } };
    this.texts.push(message, typeof $response?.body === 'string' ? $response.body : '');
  }

  async raw(endpoint: string, service: string, credentials: Credentials, target: string, body = ''): Promise<void> {
    const method = body === '' ? 'GET' : 'POST';
    const headers = signRequest({
      method,
      target,
      headers: { host: new URL(endpoint).host, 'content-type': 'application/json', 'content-length': `${body.length}` },
      service,
      region: REGION,
      credentials,
      bodySha256Hex: '0'.repeat(64),
      nowMs: Date.now(),
    });
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
    const { text, status } = await exchange(
      endpoint,
      [`${method} ${target} HTTP/1.1`, ...lines, '', body].join('\r\n'),
    );
    assert.ok(status >= 400, `${service} ${target} was answered with ${status}`);
    this.texts.push(text);
  }
}

async function makeCredentials({
  iam,
  sts,
}: Clients): Promise<{ user: Credentials; session: Credentials; apiKey: string }> {
  const all = JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] });
  await iam.send(new CreateUserCommand({ UserName: 'alice' }));
  await iam.send(new PutUserPolicyCommand({ UserName: 'alice', PolicyName: 'all', PolicyDocument: all }));
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'alice' }));
  const { ServiceSpecificCredential } = await iam.send(
    new CreateServiceSpecificCredentialCommand({ UserName: 'alice', ServiceName: 'bedrock.amazonaws.com' }),
  );
  const trust = { Effect: 'Allow', Principal: { AWS: ACCOUNT }, Action: 'sts:AssumeRole' };
  const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [trust] });
  await iam.send(new CreateRoleCommand({ RoleName: 'app', AssumeRolePolicyDocument }));
  await iam.send(new PutRolePolicyCommand({ RoleName: 'app', PolicyName: 'all', PolicyDocument: all }));
  const { Credentials: made } = await sts.send(
    new AssumeRoleCommand({ RoleArn: `arn:aws:iam::${ACCOUNT}:role/app`, RoleSessionName: 'session' }),
  );
  assert.ok(AccessKey?.SecretAccessKey && made?.SessionToken && made.SecretAccessKey);
  return {
    user: { accessKeyId: AccessKey.AccessKeyId ?? '', secretAccessKey: AccessKey.SecretAccessKey },
    session: {
      accessKeyId: made.AccessKeyId ?? '',
      secretAccessKey: made.SecretAccessKey,
      sessionToken: made.SessionToken,
    },
    apiKey: ServiceSpecificCredential?.ServiceCredentialSecret ?? '',
  };
}

/** Calls that work, calls that are refused for each reason, and calls whose signatures are wrong. */
async function varied(endpoint: string, heard: Heard, each: readonly Credentials[], apiKey: string): Promise<void> {
  for (const credentials of each) {
    const clients = makeClients(endpoint, undefined, credentials);
    await heard.of(clients.sts.send(new GetCallerIdentityCommand({})));
    await heard.of(converse(clients.runtime, 'hello'));
    await heard.of(converse(clients.runtime, 'hello', undefined, 'no.such-model'));
    await heard.of(clients.s3.send(new ListBucketsCommand({})));
    destroyClients(clients);
    // The hash that is signed is not that of the body; the secret is not that of the key; the token is another's.
    const wrongSecret = { ...credentials, secretAccessKey: 'not the secret' };
    const wrongToken = { ...credentials, sessionToken: `${credentials.sessionToken ?? 'IQoJb3JpZ2lu'}AAAA` };
    for (const wrong of [credentials, wrongSecret, wrongToken]) {
      await heard.raw(endpoint, 'bedrock', wrong, converseTarget(), converseBody('hello'));
      await heard.raw(endpoint, 's3', wrong, '/no-such-bucket-here?list-type=2');
      await heard.raw(endpoint, 'varve', wrong, '/_varve/denials/nothing');
    }
  }
  for (const bearer of [apiKey, `${apiKey}x`]) {
    const head = `POST ${converseTarget('no.such-model')} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${bearer}\r\n`;
    const body = converseBody('hello');
    heard.texts.push((await exchange(endpoint, `${head}content-length: ${body.length}\r\n\r\n${body}`)).text);
  }
  for (const path of ['health', 'metrics', 'nothing'])
    heard.texts.push(await (await fetch(`${endpoint}/_varve/${path}`)).text());
}

test(
  'no secret, session token or API key is in a log, a metric, an answer or what processes show of themselves',
  onLinux,
  () =>
    withServerProcess(
      SETTINGS,
      async ({ endpoint, child, log }) => {
        const root = makeClients(endpoint, undefined, ROOT);
        const { user, session, apiKey } = await makeCredentials(root);
        destroyClients(root);
        const heard = new Heard();
        await varied(endpoint, heard, [ROOT, user, session], apiKey);
        const processes = processTree(child.pid ?? 0);
        assert.ok(processes.length >= 2, 'the store has a process of its own');
        const shown = await Promise.all(
          processes.map(async (pid) => ({
            pid,
            commandLine: await readFile(`/proc/${pid}/cmdline`, 'utf8'),
            title: await readFile(`/proc/${pid}/comm`, 'utf8'),
            // What a process was started with cannot be taken back from it: only its own user can read that.
            environment: pid === child.pid ? '' : await readFile(`/proc/${pid}/environ`, 'utf8'),
          })),
        );
        const everything = [...heard.texts, log(), ...shown.map((one) => Object.values(one).join('\n'))].join('\n');
        assert.match(
          everything,
          /SignatureDoesNotMatch[\s\S]*CanonicalRequest/,
          'the answers are among what is looked at',
        );
        assert.match(everything, /varve_requests_total/);
        assert.match(everything, /"operation":"Converse"/);
        assert.match(everything, /embedded\/child\.ts/);
        const secrets = {
          root: ROOT.secretAccessKey,
          user: user.secretAccessKey,
          session: session.secretAccessKey,
          token: session.sessionToken,
          apiKey,
        };
        for (const [name, secret = ''] of Object.entries(secrets)) {
          assert.ok(secret.length > 16, name);
          const at = everything.indexOf(secret.slice(0, 40));
          assert.equal(at, -1, `the secret of ${name} stands in: ${everything.slice(Math.max(0, at - 200), at)}`);
        }
      },
      ROOT_ENVIRONMENT,
    ),
);

test('a core dump of the server or its store would hold none of their memory', onLinux, () =>
  withServerProcess(SETTINGS, async ({ child }) => {
    const processes = processTree(child.pid ?? 0);
    assert.ok(processes.length >= 2);
    for (const pid of processes) {
      assert.equal(Number.parseInt(await readFile(`/proc/${pid}/coredump_filter`, 'utf8'), 16), 0, `process ${pid}`);
    }
  }),
);

test('a diagnostic report leaves out the environment, whatever NODE_OPTIONS ask for', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'varve-report-'));
  try {
    const script = join(folder, 'report.mjs');
    const module = new URL('../../src/cli/private-process.ts', import.meta.url).href;
    await writeFile(
      script,
      `const { keepMemoryPrivate } = await import(${JSON.stringify(module)});
      const told = () => { const { reportOnSignal, reportOnFatalError, reportOnUncaughtException } = process.report;
        return [reportOnSignal, reportOnFatalError, reportOnUncaughtException]; };
      const before = told();
      keepMemoryPrivate();
      console.log(JSON.stringify({ before, after: told(), report: process.report.getReport() }));`,
    );
    const env = {
      ...process.env,
      NODE_OPTIONS: '--report-on-signal --report-on-fatalerror --report-uncaught-exception',
      VARVE_ROOT_SECRET_ACCESS_KEY: ROOT.secretAccessKey,
    };
    const { stdout } = await promisify(execFile)(process.execPath, [script], { env, maxBuffer: 16 * 1024 * 1024 });
    const { before, after, report } = JSON.parse(stdout) as Record<string, unknown>;
    assert.deepEqual(before, [true, true, true], 'they were asked for');
    assert.deepEqual(after, [false, false, false]);
    assert.ok(report);
    assert.doesNotMatch(stdout, new RegExp(ROOT.secretAccessKey));
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('with another server key the access keys that were made before are unknown, not failures; the log says so once', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'varve-faults-'));
  const keyFile = join(dataDir, '..', `${dataDir.split('/').at(-1)}.key`);
  const settings = { ...SETTINGS, logLevel: 'info', serverKeyFile: keyFile };
  const run = async (work: (endpoint: string, log: () => string) => Promise<void>): Promise<void> => {
    const server = await startServerProcess(dataDir, settings, ROOT_ENVIRONMENT);
    try {
      await work(server.endpoint, server.log);
      assert.equal(await server.stop(), 0);
    } finally {
      server.child.kill('SIGKILL');
    }
  };
  const whoIs = async (endpoint: string, credentials: Credentials): Promise<string> => {
    const clients = makeClients(endpoint, undefined, credentials);
    try {
      const asked = clients.sts.send(new GetCallerIdentityCommand({}));
      return await asked.then(
        ({ Arn = '' }) => Arn,
        (error: Error) => error.name,
      );
    } finally {
      destroyClients(clients);
    }
  };
  try {
    let made: Awaited<ReturnType<typeof makeCredentials>> | undefined;
    await run(async (endpoint) => {
      const root = makeClients(endpoint, undefined, ROOT);
      made = await makeCredentials(root);
      destroyClients(root);
    });
    assert.ok(made);
    const { user, session } = made;
    const kept = await readFile(keyFile, 'utf8');
    await writeFile(keyFile, randomBytes(32).toString('base64'));
    await run(async (endpoint, log) => {
      for (let round = 0; round < 3; round += 1) {
        assert.equal(await whoIs(endpoint, user), 'InvalidClientTokenId');
        assert.equal(await whoIs(endpoint, session), 'InvalidClientTokenId');
      }
      assert.equal(await whoIs(endpoint, ROOT), `arn:aws:iam::${ACCOUNT}:root`);
      const health = await fetch(`${endpoint}/_varve/health`);
      assert.equal(health.status, 200);
      assert.equal(((await health.json()) as { lostSecrets?: number }).lostSecrets, 1);
      const told = log()
        .split('\n')
        .filter((line) => line.includes('identity.secrets-lost'));
      assert.equal(told.length, 1, log());
      assert.match(told[0] ?? '', /"level":"warn".*"count":1.*Put the server key back/);
      const doctor = await promisify(execFile)(
        process.execPath,
        ['bin/varve.mjs', 'doctor', '--data', dataDir, '--listen', new URL(endpoint).host],
        { cwd: new URL('../..', import.meta.url).pathname },
      ).catch((error: { stdout: string }) => error);
      assert.match(doctor.stdout, /^WRONG +1 access key is refused as unknown: its secret was sealed under another/m);
    });
    await writeFile(keyFile, kept);
    await run(async (endpoint, log) => {
      assert.equal(await whoIs(endpoint, user), `arn:aws:iam::${ACCOUNT}:user/alice`);
      assert.equal(await whoIs(endpoint, session), `arn:aws:sts::${ACCOUNT}:assumed-role/app/session`);
      assert.doesNotMatch(log(), /secrets-lost/);
    });
  } finally {
    await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
    await rm(keyFile, { force: true });
  }
});
