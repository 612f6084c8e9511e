/** The guide's page on trails and what verifies them, typed as it stands there into one shell, with the AWS CLI. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ROOT, run, withServer } from './server-process.ts';

const missing = ['aws', 'curl', 'zcat'].find((tool) => spawnSync(tool, ['--version']).error !== undefined);
const options = { skip: missing === undefined ? false : `${missing} is not installed`, timeout: 300_000 };
const SHELL_MS_MAX = 240_000;
const INTERVALS = { VARVE_TRAIL_INTERVAL: '1s', VARVE_DIGEST_INTERVAL: '5s' };

test('docs/guide/audit-trail.md: every command does what the page says', options, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'varve-trail-guide-'));
  const page = await readFile(join(ROOT, 'docs/guide/audit-trail.md'), 'utf8');
  const [start = '', environment = '', ...blocks] = [...page.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(
    ([, block = '']) => block,
  );
  const intervals = Object.entries(INTERVALS).map(([name, value]) => `${name}=${value}`);
  assert.equal(start, `${intervals.join(' ')} npx varve serve --local-models\n`, 'how the server is started here');
  assert.match(environment, /^eval "\$\(npx varve env\)"\n$/, 'its answer is the environment that the shell is given');
  assert.ok(blocks.length >= 8);
  // `npx` would look for the package, and `env npx` for a program.
  const npx = `npx() { shift; node ${join(ROOT, 'bin/varve.mjs')} "$@"; }`;
  const typed = blocks.join('\n').replaceAll('env -u AWS_ENDPOINT_URL npx varve', 'AWS_ENDPOINT_URL= npx varve');
  const script = ['set -eo pipefail', npx, typed, 'echo DONE'].join('\n');
  try {
    await withServer(
      ['--local-models'],
      async (server) => {
        const path = `${join(ROOT, 'node_modules/.bin')}:${server.environment['PATH'] ?? ''}`;
        const shell = { ...server.environment, PATH: path };
        const { status, stdout, stderr } = await run('bash', ['-c', script], shell, folder, SHELL_MS_MAX);
        const said = `${stdout}\n${stderr}`;
        assert.equal(status, 0, said);
        assert.match(stdout, /DONE\n$/);
        assert.match(stdout, /"LogFileValidationEnabled": true/);
        assert.match(stdout, /^\{"Records":\[\{"eventVersion":"1\.\d+","userIdentity":\{/m);
        const digests = stdout.match(/^(\d+)\/\1 digest files valid$/gm) ?? [];
        assert.equal(digests.length, 5, `validate-logs, verify and verify offline before, and twice after\n${said}`);
        assert.equal(new Set(digests).size, 1);
        assert.equal(stdout.match(/^(\d+)\/\1 log files valid$/gm)?.length, 3, said);
        assert.equal(stdout.match(/log files valid, 2\/\d+ log files INVALID$/gm)?.length, 2, said);
        assert.equal(stderr.match(/INVALID: hash value doesn't match/g)?.length, 2);
        assert.equal(stderr.match(/INVALID: not found/g)?.length, 2);
        assert.match(stdout, /^validate-logs: 1$/m);
        assert.match(stdout, /^verify: 1$/m);
        const fingerprints = /\[\s*"([0-9a-f]{32})",\s*"([0-9a-f]{32})"\s*\]/.exec(stdout);
        assert.ok(fingerprints && fingerprints[1] !== fingerprints[2], said);
      },
      INTERVALS,
    );
  } finally {
    await rm(folder, { recursive: true });
  }
});
