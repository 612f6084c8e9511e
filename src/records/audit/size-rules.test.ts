import assert from 'node:assert/strict';
import { test } from 'node:test';
import { INVOKE_MODEL } from './fixtures.ts';
import { renderAuditEvent } from './render.ts';
import { cutText } from './size-rules.ts';
import type { AuditEvent } from './types.ts';

interface Rendered {
  readonly userAgent: string;
  readonly errorCode: string;
  readonly errorMessage: string;
  readonly requestID: string;
  readonly requestParameters: Record<string, unknown>;
  readonly responseElements: Record<string, unknown>;
  readonly additionalEventData: Record<string, unknown>;
  readonly resources: readonly { readonly ARN: string }[];
  readonly tlsDetails: { readonly clientProvidedHostHeader: string };
}

function rendered(event: Partial<AuditEvent>): Rendered {
  return JSON.parse(renderAuditEvent({ ...INVOKE_MODEL, ...event })) as Rendered;
}

/** Content of exactly so many bytes of JSON, in characters of three bytes as far as they go. */
function contentOf(bytes: number): Record<string, string> {
  const room = bytes - '{"text":""}'.length;
  return { text: '漢'.repeat(Math.floor(room / 3)) + 'a'.repeat(room % 3) };
}

test('a text of 1 KB stays, a longer one ends in dots that count', () => {
  assert.equal(cutText('a'.repeat(1024)), 'a'.repeat(1024));
  assert.equal(cutText('a'.repeat(1025)), `${'a'.repeat(1021)}...`);
  assert.equal(cutText('é'.repeat(512)), 'é'.repeat(512));
  assert.equal(cutText('é'.repeat(513)), `${'é'.repeat(510)}...`);
});

test('no text is cut within a character, wherever its bytes fall', () => {
  for (const char of ['é', '漢', '😀']) {
    for (let shift = 0; shift < 4; shift += 1) {
      const text = 'x'.repeat(shift) + char.repeat(600);
      const cut = cutText(text);
      const size = Buffer.byteLength(char);
      assert.ok(cut.endsWith('...'), cut.slice(-8));
      assert.ok(text.startsWith(cut.slice(0, -3)), `${char} after ${shift}`);
      const bytes = Buffer.byteLength(cut);
      assert.ok(bytes <= 1024 && bytes > 1024 - size, `${bytes} bytes of ${char} after ${shift}`);
    }
  }
});

test('every text of callers is cut to 1 KB', () => {
  const long = '漢'.repeat(5000);
  const tls = { clientProvidedHostHeader: long };
  const record = rendered({ userAgent: long, errorCode: long, errorMessage: long, requestId: long, tls });
  const { userAgent, errorCode, errorMessage, requestID, tlsDetails } = record;
  for (const text of [userAgent, errorCode, errorMessage, requestID, tlsDetails.clientProvidedHostHeader]) {
    assert.equal(text, `${'漢'.repeat(340)}...`);
  }
});

test('content is kept up to 100 KB of its JSON, and above that omitted in the words of real records', () => {
  const kept = contentOf(102_400);
  const over = contentOf(102_401);
  assert.deepEqual(rendered({ requestParameters: kept }).requestParameters, kept);
  assert.deepEqual(rendered({ requestParameters: over }).requestParameters, {
    reason: 'requestParameters too large',
    omitted: true,
    originalSize: 102_401,
  });
  assert.deepEqual(rendered({ responseElements: kept }).responseElements, kept);
  assert.deepEqual(rendered({ responseElements: over }).responseElements, {
    reason: 'responseElements too large',
    omitted: true,
    originalSize: 102_401,
  });
});

test('additionalEventData is kept up to 28 KB', () => {
  const kept = contentOf(28_672);
  assert.deepEqual(rendered({ additional: kept }).additionalEventData, kept);
  assert.deepEqual(rendered({ additional: contentOf(28_673) }).additionalEventData, {
    reason: 'additionalEventData too large',
    omitted: true,
    originalSize: 28_673,
  });
});

test('of more resources than fit into 256 KB the first are told', () => {
  const resources = Array.from({ length: 2_000 }, (_, at) => ({
    ARN: `arn:aws:s3:::bucket/${'ü'.repeat(100)}${at}`,
    type: 'AWS::S3::Object',
  }));
  const requestParameters = contentOf(100_000);
  const line = renderAuditEvent({ ...INVOKE_MODEL, requestParameters, resources });
  const bytes = Buffer.byteLength(line);
  assert.ok(bytes <= 262_144 && bytes > 261_000, `${bytes} bytes`);
  const record = JSON.parse(line) as Rendered;
  assert.deepEqual(record.requestParameters, requestParameters);
  assert.deepEqual(
    record.resources.map(({ ARN }) => ARN),
    resources.slice(0, record.resources.length).map(({ ARN }) => ARN),
  );
});

test('all at their largest together fit', () => {
  // Characters that JSON escapes take six times the room.
  const long = '\u0001'.repeat(2_000);
  const line = renderAuditEvent({
    ...INVOKE_MODEL,
    userAgent: long,
    errorCode: long,
    errorMessage: long,
    requestId: long,
    tls: { clientProvidedHostHeader: long },
    requestParameters: contentOf(102_400),
    responseElements: contentOf(102_400),
    additional: contentOf(28_672),
  });
  assert.ok(Buffer.byteLength(line) <= 262_144, `${Buffer.byteLength(line)} bytes`);
  const record = JSON.parse(line) as Rendered;
  assert.equal(record.additionalEventData['omitted'], true);
  assert.deepEqual(record.requestParameters, contentOf(102_400));
  assert.ok(!('resources' in record));
});
