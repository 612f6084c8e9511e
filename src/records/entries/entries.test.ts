import assert from 'node:assert/strict';
import { test } from 'node:test';
import { begin } from '../fixtures.ts';
import {
  alikeAudits,
  attachmentsOf,
  type AuditBegin,
  decodeGap,
  decodeInvocationBegin,
  decodeInvocationEnd,
  decodeLogEvents,
  decodeRecord,
  encodeGap,
  encodeInvocationBegin,
  encodeInvocationEnd,
  writtenBegin,
  encodeLogEvents,
  type InvocationEnd,
  type RecordedEnd,
} from '../index.ts';

const AUDIT: AuditBegin = {
  eventId: '6a1f6d0e-8f6a-4c53-9f0e-2b6f1f9c0a11',
  requestId: 'r1',
  receivedMs: 1_790_000_000_000,
  accountId: '123456789012',
  region: 'us-east-1',
  eventSource: 'bedrock.amazonaws.com',
  eventName: 'Converse',
  eventType: 'AwsApiCall',
  category: 'Management',
  readOnly: true,
  identity: { type: 'Root', accountId: '123456789012' },
  sourceIp: '127.0.0.1',
  userAgent: 'é',
  requestParameters: { modelId: 'm' },
  routes: ['trail:1.1'],
};

const END: InvocationEnd = {
  facts: {
    begin: begin('Converse'),
    outcome: 'cancelled',
    tokens: { input: 1 },
    latencyMs: 2.5,
    stopReason: 'end_turn',
  },
  line: Buffer.from('{"é":1}'),
  prompt: 'Grüße 🙂',
  completion: '',
  dataObjects: [
    { key: 'a', contentType: 'image/png', gzip: false, bytes: Buffer.from([0, 255, 1]) },
    { key: 'b', contentType: 'application/json', gzip: true, attachment: 'spill-7' },
    { key: 'c', contentType: 'application/json', gzip: true, bytes: Buffer.from('{}') },
  ],
};

/** An end as an {@link InvocationEnd}. */
function textsOf({ prompt, completion, ...rest }: RecordedEnd): InvocationEnd {
  return { ...rest, prompt: prompt.toString(), completion: completion.toString() };
}

/** As Varve wrote it until November 2026. */
function formatOne({ facts, line, prompt, completion, dataObjects }: InvocationEnd): Buffer {
  const { audit, ...begin } = facts.begin;
  const { eventId, requestId, receivedMs, ...common } = audit ?? AUDIT;
  const event = `${JSON.stringify({ eventId, requestId, receivedMs })}\n${JSON.stringify(common)}`;
  const objects = dataObjects.map(({ bytes, ...object }) => ({ ...object, ...(bytes && { size: bytes.length }) }));
  const texts = { prompt: Buffer.from(prompt), completion: Buffer.from(completion) };
  const sizes = { line: line.length, prompt: texts.prompt.length, completion: texts.completion.length };
  const header = JSON.stringify({
    facts: { ...facts, begin },
    ...sizes,
    ...(audit && { audit: Buffer.byteLength(event) }),
    objects,
  });
  const head = Buffer.from([1, 0, 0, 0, 0]);
  head.writeUInt32LE(Buffer.byteLength(header), 1);
  const bodies = dataObjects.flatMap(({ bytes }) => (bytes ? [bytes] : []));
  const behind = [line, texts.prompt, texts.completion, Buffer.from(audit ? event : ''), ...bodies];
  return Buffer.concat([head, Buffer.from(header), ...behind]);
}

test('begin, end, log events and gap come back from the journal as they went in', () => {
  assert.deepEqual(
    decodeInvocationBegin(Buffer.concat(encodeInvocationBegin(writtenBegin(END.facts.begin)))),
    END.facts.begin,
  );
  assert.deepEqual(attachmentsOf(END), ['spill-7']);
  assert.deepEqual(textsOf(decodeInvocationEnd(Buffer.concat(encodeInvocationEnd(END)), ['spill-7'])), END);
  const events = {
    accountId: '123456789012',
    region: 'us-east-1',
    groupGeneration: 'g1',
    streamName: 'aws/bedrock/modelinvocations',
    ingestionMs: 1_790_000_000_123,
    deliveryKey: 'plan-1',
    events: [
      { timestampMs: 1_790_000_000_000, message: 'a\nb\u{1f600}' },
      { timestampMs: 0, message: 'x' },
      { timestampMs: 2 ** 48 - 1, message: 'y' },
    ],
  };
  assert.deepEqual(decodeLogEvents(Buffer.concat(encodeLogEvents(events))), events);
  const gap = { reader: 'journal', firstSequence: 1, lastSequence: 9, count: 9, reason: 'full' };
  assert.deepEqual(decodeGap(Buffer.concat(encodeGap(gap))), gap);
});

test('what is delivered of a call is read without the rest', () => {
  const logging = {
    configurationVersion: 1,
    switches: { text: true, image: true, embedding: true, video: true, audio: true },
    lineRoutes: ['s3-1', 'logs-1'],
    data: { route: 's3-1', bucketName: 'b', keyBase: 'k' },
  };
  const logged = { ...END, facts: { ...END.facts, begin: { ...END.facts.begin, logging } } };
  const { line, dataObjects } = END;
  const { requestId, timestampMs } = END.facts.begin;
  const routed = { lineRoutes: logging.lineRoutes, dataRoute: 's3-1' };
  const plain = { requestId, timestampMs, line, dataObjects };
  const record = (end: InvocationEnd) => decodeRecord(Buffer.concat(encodeInvocationEnd(end)), ['spill-7']);
  assert.deepEqual(record(logged), { ...plain, ...routed });
  const { logging: _, ...unlogged } = END.facts.begin;
  const off = record({ ...END, facts: { ...END.facts, begin: unlogged } });
  assert.deepEqual(off, { ...plain, lineRoutes: [], dataRoute: undefined });
  assert.deepEqual(decodeRecord(formatOne(logged), ['spill-7']), { ...plain, ...routed });
});

test('ends of the format before are read', () => {
  const audited = { ...END.facts.begin, audit: AUDIT };
  const back = decodeInvocationEnd(formatOne({ ...END, facts: { ...END.facts, begin: audited } }), ['spill-7']);
  assert.deepEqual(textsOf(back).facts, { ...END.facts, begin: audited });
  assert.deepEqual({ ...textsOf(back), facts: END.facts }, END);
});

test('line and bodies are handed to the journal without a copy', () => {
  const pieces = encodeInvocationEnd(END);
  assert.ok(pieces.includes(END.line));
  assert.ok(pieces.includes(END.dataObjects[0]?.bytes as Buffer));
});

test('an entry of a newer format, and one that is cut off, are refused in words', () => {
  const payload = Buffer.concat(encodeInvocationEnd(END));
  const newer = Buffer.from(payload);
  newer[0] = 3;
  for (const decode of [decodeInvocationEnd, decodeRecord]) {
    assert.throws(() => decode(newer, []), /format 3; this Varve reads format 2/);
  }
  for (const length of [3, 50, payload.length - 1]) {
    assert.throws(() => decodeInvocationEnd(payload.subarray(0, length), ['spill-7']), /BUG/);
  }
  assert.throws(() => decodeInvocationEnd(payload, []), /spilled body/);
});

test('the event of a call stands once behind the header, and comes back as it was', () => {
  const { eventId, requestId, receivedMs, ...common } = AUDIT;
  const alike = alikeAudits(common);
  const audited = { ...END.facts.begin, audit: { ...alike, eventId, requestId, receivedMs } };
  const head = encodeInvocationBegin(writtenBegin(audited));
  const end = encodeInvocationEnd({ ...END, facts: { ...END.facts, begin: audited } });
  const other = { ...audited, audit: { ...alike, eventId: 'another', requestId, receivedMs } };
  for (const entry of [end, encodeInvocationBegin(writtenBegin(other))]) {
    assert.ok(entry.includes(head.at(-1) ?? Buffer.alloc(0)), 'written once for all that are alike');
  }
  const alone = encodeInvocationBegin(writtenBegin({ ...END.facts.begin, audit: AUDIT }));
  assert.deepEqual(Buffer.concat(head), Buffer.concat(alone), 'written as any other');
  assert.deepEqual(decodeInvocationBegin(Buffer.concat(head)).audit, AUDIT);
  const back = decodeInvocationEnd(Buffer.concat(end), ['spill-7']);
  assert.deepEqual(back.facts.begin.audit, AUDIT);
  assert.deepEqual(back.dataObjects, END.dataObjects);
  assert.equal(back.completion.toString(), END.completion);
  assert.equal(decodeInvocationEnd(Buffer.concat(encodeInvocationEnd(END)), ['spill-7']).facts.begin.audit, undefined);
});
