import assert from 'node:assert/strict';
import { test } from 'node:test';
import { begin } from '../fixtures.ts';
import {
  attachmentsOf,
  decodeGap,
  decodeInvocationBegin,
  decodeInvocationEnd,
  decodeLogEvents,
  encodeGap,
  encodeInvocationBegin,
  encodeInvocationEnd,
  encodeLogEvents,
  type InvocationEnd,
} from '../index.ts';

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

test('begin, end, log events and gap come back from the journal as they went in', () => {
  assert.deepEqual(decodeInvocationBegin(Buffer.concat(encodeInvocationBegin(END.facts.begin))), END.facts.begin);
  assert.deepEqual(attachmentsOf(END), ['spill-7']);
  assert.deepEqual(decodeInvocationEnd(Buffer.concat(encodeInvocationEnd(END)), ['spill-7']), END);
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

test('line and bodies are handed to the journal without a copy', () => {
  const pieces = encodeInvocationEnd(END);
  assert.ok(pieces.includes(END.line));
  assert.ok(pieces.includes(END.dataObjects[0]?.bytes as Buffer));
});

test('an entry of a newer format, and one that is cut off, are refused in words', () => {
  const payload = Buffer.concat(encodeInvocationEnd(END));
  const newer = Buffer.from(payload);
  newer[0] = 2;
  assert.throws(() => decodeInvocationEnd(newer, []), /format 2; this Varve reads format 1/);
  for (const length of [3, 50, payload.length - 1]) {
    assert.throws(() => decodeInvocationEnd(payload.subarray(0, length), ['spill-7']), /BUG/);
  }
  assert.throws(() => decodeInvocationEnd(payload, []), /spilled body/);
});
