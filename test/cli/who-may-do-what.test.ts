/** The guide's page on users and policies, typed as it stands there into one shell, with the AWS CLI. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { ROOT, run, withServer } from './server-process.ts';

const missing = spawnSync('aws', ['--version']).error !== undefined;
const options = { skip: missing ? 'the AWS CLI (aws) is not installed' : false, timeout: 300_000 };
const SHELL_MS_MAX = 240_000;

test('docs/guide/who-may-do-what.md: every command does what the page says', options, () =>
  withServer([], async ({ environment }) => {
    const page = await readFile(join(ROOT, 'docs/guide/who-may-do-what.md'), 'utf8');
    const blocks = [...page.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, block = '']) => block);
    assert.ok(blocks.length >= 6);
    const [first = '', ...rest] = blocks;
    assert.match(first, /^eval "\$\(npx varve env\)"\n$/, 'its answer is the environment that the shell is given');
    // `npx` would look for the package; the checkout's own command is what it finds.
    const script = ['set -eo pipefail', 'npx() { shift; node bin/varve.mjs "$@"; }', ...rest, 'echo DONE'].join('\n');
    const { status, stdout, stderr } = await run('bash', ['-c', script], withNode(environment), ROOT, SHELL_MS_MAX);
    assert.equal(status, 0, `${stdout}\n${stderr}`);
    assert.match(stdout, /DONE\n$/);
    const said = stdout.replaceAll(/\s+/g, ' ');
    assert.match(said, /"Arn": "arn:aws:iam::123456789012:user\/alice"/);
    assert.match(
      stderr.replaceAll(/\s+/g, ' '),
      /\(AccessDeniedException\) when calling the Converse operation: User: arn:aws:iam::123456789012:user\/alice is not authorized to perform: bedrock:InvokeModel on resource: arn:aws:bedrock:us-east-1::foundation-model\/varve\.echo-v1 because no identity-based policy allows the bedrock:InvokeModel action/,
    );
    assert.match(
      said,
      /No identity-based policy of user alice allows bedrock:InvokeModel .* User alice has no policy at all/,
    );
    assert.match(said, /"logGroups": \[\]/);
    assert.match(
      said,
      /The statement "OnlyFrankfurt" of arn:aws:iam::123456789012:policy\/only-frankfurt, an identity-based policy, denies/,
    );
    assert.equal(stdout.match(/"text": "Hello"/g)?.length, 2, 'two of the calls are answered');
    assert.match(stderr, /\(InvalidClientTokenId\) when calling the GetCallerIdentity operation/);
  }),
);

function withNode(environment: Readonly<Record<string, string>>): Record<string, string> {
  return { ...environment, PATH: `${join(ROOT, 'node_modules/.bin')}:${environment['PATH'] ?? ''}` };
}
