import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { credentialSource } from './credentials.ts';

const kept = { ...process.env };

before(() => {
  for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) delete process.env[name];
  process.env['AWS_EC2_METADATA_DISABLED'] = 'true';
  process.env['HOME'] = '/nowhere';
});
after(() => {
  process.env = kept;
});

test('given credentials are used as they are, at once', () => {
  const given = { accessKeyId: 'A', secretAccessKey: 'S' };
  assert.equal(credentialSource(given)(), given);
});

test('without credentials a call is unavailable, and the operator is told what to set up', async () => {
  await assert.rejects(
    async () => credentialSource('default')(),
    (error: Error & { code?: string }) => {
      assert.equal(error.code, 'ServiceUnavailableException');
      assert.match(String(error.cause), /No AWS credentials/);
      return true;
    },
  );
});

test("by default AWS's chain finds them, in the environment first", async () => {
  process.env['AWS_ACCESS_KEY_ID'] = 'AKIDENV';
  process.env['AWS_SECRET_ACCESS_KEY'] = 'secret';
  const found = await credentialSource('default')();
  assert.equal(found.accessKeyId, 'AKIDENV');
});
