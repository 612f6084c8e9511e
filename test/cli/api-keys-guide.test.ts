/** The commands of the guide's page on API keys, as it prints them, in one shell with the real AWS CLI. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { parsePolicy } from '#identity';
import { ROOT, run, withServer } from './server-process.ts';

const missing = spawnSync('aws', ['--version']).error !== undefined;
const options = { skip: missing ? 'the AWS CLI (aws) is not installed' : false, timeout: 300_000 };
const SHELL_TIMEOUT_MS = 120_000;

async function blocksOf(language: string): Promise<string[]> {
  const text = await readFile(join(ROOT, 'docs/guide/api-keys.md'), 'utf8');
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, 'gms'))].map(([, block = '']) => block);
}

test("the page's commands make a key that works, stop it, and leave nothing behind", options, () =>
  withServer(['--local-models'], async ({ environment }) => {
    const [make = '', call = '', stop = '', remove = '', ...others] = await blocksOf('sh');
    assert.ok(remove !== '' && others.length === 0, 'the page has other commands than this test knows');
    const script = [
      make,
      'echo "key: ${key:0:4}"',
      call,
      'if AWS_BEARER_TOKEN_BEDROCK="$key" aws bedrock list-foundation-models >listed; then echo listed; fi',
      stop,
      'aws iam list-service-specific-credentials --user-name "$name" --query "ServiceSpecificCredentials[].Status"',
      `if ${call.trim()} 2>refused; then echo "it still works"; fi; cat refused`,
      remove,
      'echo "users: $(aws iam list-users --query "Users[].UserName" --output text)"',
    ].join('\n');
    const { status, stdout, stderr } = await run(
      'bash',
      ['-euo', 'pipefail', '-c', `cd "$(mktemp -d)"\n${script}`],
      environment,
      ROOT,
      SHELL_TIMEOUT_MS,
    );
    assert.equal(status, 0, stderr);
    assert.match(stdout, /^key: ABSK$/m);
    assert.match(stdout, /"text": "Hello"/);
    assert.match(stdout, /^listed$/m);
    assert.match(stdout, /"Inactive"/);
    assert.match(stdout, /AccessDenied|UnrecognizedClient|Forbidden|403/);
    assert.doesNotMatch(stdout, /it still works/);
    assert.match(stdout, /^users: *$/m);
  }),
);

test("the page's policy is one", async () => {
  for (const text of await blocksOf('json')) assert.equal(parsePolicy(text, 'identity').statements.length, 3);
});
