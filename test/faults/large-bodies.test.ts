/** Large bodies are never whole in memory; their records and objects are the same as if they were. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { ConverseCommand, InvokeModelCommand } from '@aws-sdk/client-bedrock-runtime';
import { withVarve } from '../harness.ts';
import { BUCKET, logToBoth } from '../logging.ts';
import { eventually, getByPath, listKeys, recordInBucket } from '../records.ts';

const varve = { outputText: 'short' };
const modelId = 'varve.echo-v1';

interface Block {
  readonly text?: string;
  readonly image?: { readonly source: { readonly s3Uri: string } };
  readonly document?: { readonly source: { readonly s3Uri: string } };
}

test('media and texts of a large Converse body stand in the bucket byte for byte', () =>
  withVarve({}, async ({ clients }) => {
    await logToBoth(clients);
    const images = [randomBytes(3_000_001), randomBytes(300_000), randomBytes(10)];
    const document = randomBytes(1_000_000);
    const text = 'A word “in” \\ many \n languages å層😀 '.repeat(40_000);
    const content = [
      { text },
      ...images.map((bytes) => ({ image: { format: 'png' as const, source: { bytes } } })),
      { document: { name: 'a document', format: 'pdf' as const, source: { bytes: document } } },
    ];
    const answer = await clients.runtime.send(
      new ConverseCommand({
        modelId,
        messages: [{ role: 'user', content }],
        additionalModelRequestFields: { varve },
        requestMetadata: { team: 'a' },
      }),
    );
    const record = await recordInBucket(clients, BUCKET, answer.$metadata.requestId);
    assert.equal(record.input?.inputBodyJson, undefined);
    assert.deepEqual(record.requestMetadata, { team: 'a' });
    const path = record.input?.inputBodyS3Path ?? assert.fail('no path');
    const body = JSON.parse(gunzipSync(await getByPath(clients, path)).toString()) as {
      messages: { content: Block[] }[];
      requestMetadata?: unknown;
    };
    const blocks = body.messages[0]?.content ?? [];
    assert.equal(blocks[0]?.text, text);
    assert.equal(body.requestMetadata, undefined);
    for (const [at, bytes] of images.entries()) {
      assert.ok((await getByPath(clients, blocks[at + 1]?.image?.source.s3Uri ?? '')).equals(bytes), `image ${at}`);
    }
    assert.ok((await getByPath(clients, blocks[4]?.document?.source.s3Uri ?? '')).equals(document));
  }));

test('a Converse body that is large by its image alone stands inside of the record without it', () =>
  withVarve({}, async ({ clients }) => {
    await logToBoth(clients);
    const bytes = randomBytes(2_000_000);
    const content = [{ image: { format: 'png' as const, source: { bytes } } }, { text: 'What is this?' }];
    const answer = await clients.runtime.send(new ConverseCommand({ modelId, messages: [{ role: 'user', content }] }));
    const record = await recordInBucket(clients, BUCKET, answer.$metadata.requestId);
    const body = record.input?.inputBodyJson as { messages: { content: Block[] }[] };
    const [image, question] = body.messages[0]?.content ?? [];
    assert.equal(question?.text, 'What is this?');
    assert.ok((await getByPath(clients, image?.image?.source.s3Uri ?? '')).equals(bytes));
  }));

test('a large InvokeModel body and a large answer stand in the bucket, and no spilled file is left that no record names', () =>
  withVarve({}, async ({ clients, dataDir, varve: server, restart }) => {
    await logToBoth(clients);
    const prompt = 'word '.repeat(400_000);
    const sent = JSON.stringify({ prompt });
    const answer = await clients.runtime.send(
      new InvokeModelCommand({ modelId, body: sent, contentType: 'application/json' }),
    );
    const received = Buffer.from(answer.body).toString();
    assert.ok(received.length > 1_000_000);
    const record = await recordInBucket(clients, BUCKET, answer.$metadata.requestId);
    const read = async (path: string | undefined) => gunzipSync(await getByPath(clients, path ?? '')).toString();
    assert.equal(await read(record.input?.inputBodyS3Path), sent);
    assert.equal(await read(record.output?.outputBodyS3Path), received);
    await server.flush();
    assert.ok((await listKeys(clients, BUCKET)).some((key) => key.includes('/data/')));
    // Without logging nothing names the bodies.
    await restart();
    await eventually('the spool', async () => ((await spoolFiles(dataDir)).length <= 2 ? true : undefined));
  }));

async function spoolFiles(dataDir: string): Promise<string[]> {
  const { readdir } = await import('node:fs/promises');
  return readdir(`${dataDir}/journal/spool`);
}
