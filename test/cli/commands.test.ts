/** What `varve serve`, `env`, `demo` and `doctor` say to somebody who has just cloned the repository. */
import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { cleanEnvironment, exported, run, runVarve, withServer } from './server-process.ts';

/** An address where nothing listens: a port that was just given back may be taken by another test, and 9 no fetch asks. */
const NOWHERE = '127.0.0.1:2';

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'varve-commands-'));
  try {
    await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

test('wrong usage ends with 2 and says what is right', async () => {
  for (const [args, expected] of [
    [[], /^varve <command>/],
    [['srve'], /There is no command "srve"\. Did you mean "serve"\?/],
    [['serve', '--lisen', 'x'], /Unknown option '--lisen'/],
    [['env', 'more'], /Unexpected argument 'more'/],
  ] as const) {
    const { status, stdout, stderr } = await runVarve(args);
    assert.equal(status, 2, args.join(' '));
    assert.match(stdout + stderr, expected);
  }
});

test('help ends with 0, for varve and for each command', async () => {
  for (const args of [['--help'], ...['serve', 'env', 'demo', 'doctor', 'query', 'tail'].map((name) => [name, '-h'])]) {
    const { status, stdout } = await runVarve(args);
    assert.equal(status, 0, args.join(' '));
    assert.match(stdout, /^varve /);
  }
});

test('a configuration that is wrong ends with 1 and names the key and the nearest valid one', () =>
  inFolder(async (folder) => {
    const path = join(folder, 'varve.yaml');
    await writeFile(path, 'journal:\n  durabilty: os\n');
    for (const command of ['serve', 'env', 'doctor']) {
      const { status, stderr } = await runVarve([command, '--config', path]);
      assert.equal(status, 1, command);
      assert.match(stderr, /unknown key "journal\.durabilty"; did you mean "durability"\?/);
      assert.doesNotMatch(stderr, /\n\s+at /, 'no stack trace');
    }
  }));

test('env prints what an AWS client needs, the same each time, and keeps the keys to their owner', () =>
  inFolder(async (folder) => {
    const data = join(folder, 'data');
    const environment = cleanEnvironment({ VARVE_REGION: 'eu-west-1' });
    const [first, second] = [
      await runVarve(['env', '--data', data], environment),
      await runVarve(['env', '--data', data], environment),
    ];
    assert.equal(first.status, 0);
    assert.equal(first.stdout, second.stdout);
    assert.match(
      first.stderr,
      /was made just now\. A server that runs on another one has other keys: name it with --data/,
    );
    assert.equal(second.stderr, '');
    const variables = exported(first.stdout);
    assert.equal(variables['AWS_ENDPOINT_URL'], 'http://127.0.0.1:4650');
    assert.equal(variables['AWS_REGION'], 'eu-west-1');
    assert.match(variables['AWS_ACCESS_KEY_ID'] ?? '', /^AKIA[A-Z2-7]{16}$/);
    assert.equal((await stat(join(data, 'root-keys.json'))).mode & 0o777, 0o600);
    assert.equal((await stat(data)).mode & 0o777, 0o700);
  }));

test('what env prints can be evaluated by a shell, whatever the secret holds', async () => {
  const secret = `it's "$HOME" \`id\` & more than sixteen`;
  const keys = { VARVE_ROOT_ACCESS_KEY_ID: 'AKIAEXAMPLEEXAMPLE00', VARVE_ROOT_SECRET_ACCESS_KEY: secret };
  await inFolder(async (folder) => {
    const { stdout } = await runVarve(['env'], cleanEnvironment({ ...keys, VARVE_DATA: folder }));
    const shell = await run('sh', ['-c', `${stdout}\nprintf %s "$AWS_SECRET_ACCESS_KEY"`], cleanEnvironment());
    assert.equal(shell.stdout, secret);
  });
});

test('where no server runs, demo says how to start one, and doctor says so', () =>
  inFolder(async (folder) => {
    const where = ['--listen', NOWHERE, '--data', folder];
    const demo = await runVarve(['demo', ...where]);
    assert.equal(demo.status, 1);
    assert.ok(
      demo.stderr.startsWith(
        `nothing answers at http://${NOWHERE}\nStart a server with: npx varve serve --local-models`,
      ),
    );
    const doctor = await runVarve(['doctor', ...where]);
    const found = `note   No server answers at http://${NOWHERE}; start one with: npx varve serve\n`;
    assert.ok(doctor.stdout.includes(found), doctor.stdout);
    assert.equal(doctor.status, 0, 'a server that does not run is no fault of the installation');
  }));

test('doctor ends with 1 where others can read the data, and never prints a secret', () =>
  inFolder(async (folder) => {
    await chmod(folder, 0o755);
    const keys = {
      VARVE_ROOT_ACCESS_KEY_ID: 'AKIAEXAMPLEEXAMPLE00',
      VARVE_ROOT_SECRET_ACCESS_KEY: 'a-secret-of-sixteen-and-more',
    };
    const { status, stdout } = await runVarve(
      ['doctor', '--listen', NOWHERE, '--data', folder],
      cleanEnvironment(keys),
    );
    assert.equal(status, 1);
    assert.match(stdout, /^WRONG +Others can read the data directory .* Run: chmod 700 /m);
    assert.match(stdout, /"rootAccessKeyId": "AKIAEXAMPLEEXAMPLE00"/);
    assert.doesNotMatch(stdout, /a-secret-of/);
  }));

test('a running server is well; a second one on its data or its port is refused in words; SIGTERM ends it with 0', () =>
  withServer([], async ({ endpoint, dataDir, stop }) => {
    const where = ['--listen', new URL(endpoint).host, '--data', dataDir];
    const doctor = await runVarve(['doctor', ...where]);
    assert.match(doctor.stdout, new RegExp(`^ok +The server at ${endpoint} is well\\.$`, 'm'));
    assert.equal(doctor.status, 0);
    const sameData = await runVarve(['serve', '--listen', '127.0.0.1:0', '--data', dataDir]);
    assert.equal(sameData.status, 1);
    assert.match(sameData.stderr, /data directory .*(?:process|pid) \d+/i);
    await inFolder(async (folder) => {
      const samePort = await runVarve(['serve', '--listen', new URL(endpoint).host, '--data', folder]);
      assert.equal(samePort.status, 1);
      assert.match(samePort.stderr, new RegExp(`${new URL(endpoint).port}.* (?:taken|in use)`, 'i'));
    });
    assert.equal(await stop('SIGTERM'), 0);
  }));
