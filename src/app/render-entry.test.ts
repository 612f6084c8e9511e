import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JournalEntry } from '#journal';
import {
  type AuditBegin,
  encodeAuditEvent,
  encodeInvocationBegin,
  encodeInvocationEnd,
  writtenBegin,
  ENTRY_KIND,
  type InvocationBegin,
} from '#records';
import { renderEntry } from './render-entry.ts';

const TRAIL = 'trail:t.3';
const RECEIVED_MS = Date.UTC(2026, 10, 21, 9, 30);

const AUDIT: AuditBegin = {
  eventId: '7f3a5a54-6d8c-4f0c-9a55-3c2d5e3f8a10',
  requestId: 'r-1',
  receivedMs: RECEIVED_MS,
  accountId: '123456789012',
  region: 'eu-west-1',
  eventSource: 'bedrock.amazonaws.com',
  eventName: 'Converse',
  eventType: 'AwsApiCall',
  category: 'Management',
  readOnly: true,
  identity: { type: 'Root', accountId: '123456789012' },
  sourceIp: '127.0.0.1',
  userAgent: 'test',
  requestParameters: { modelId: 'm' },
  routes: [TRAIL],
};

const BEGIN: InvocationBegin = {
  requestId: 'r-1',
  accountId: '123456789012',
  region: 'eu-west-1',
  timestampMs: RECEIVED_MS,
  operation: 'Converse',
  modelId: 'm',
  identityArn: 'arn:aws:iam::123456789012:root',
  upstream: 'local',
  logging: {
    configurationVersion: 1,
    switches: { text: true, image: true, embedding: true, video: true, audio: true },
    lineRoutes: ['s3-1', 'logs-1'],
    data: { route: 's3-1', bucketName: 'b', keyBase: 'data/' },
  },
};

function entry(kind: number, pieces: readonly Uint8Array[]): JournalEntry {
  return { sequence: 1, writtenMs: 0, kind, routes: [], attachments: [], payload: Buffer.concat(pieces) };
}

function endOf(begin: InvocationBegin): JournalEntry {
  const pieces = encodeInvocationEnd({
    facts: { begin, outcome: 'error', errorCode: 'ThrottlingException', tokens: {}, latencyMs: 1_500 },
    line: Buffer.from('{"record":1}'),
    dataObjects: [{ key: 'data/x', contentType: 'application/json', gzip: true, bytes: Buffer.from('{}') }],
    prompt: 'a secret',
    completion: 'another',
  });
  return entry(ENTRY_KIND.invocationEnd, pieces);
}

test('a model call is its record to logging destinations and its event, without texts, to trails', () => {
  const end = endOf({ ...BEGIN, audit: AUDIT });
  const toBucket = renderEntry(end, 's3-1');
  assert.deepEqual([toBucket?.line.toString(), toBucket?.dataObjects.length], ['{"record":1}', 1]);
  assert.equal(toBucket?.trailEvent, undefined);
  const toGroup = renderEntry(end, 'logs-1');
  assert.deepEqual([toGroup?.line.toString(), toGroup?.dataObjects.length], ['{"record":1}', 0]);

  const toTrail = renderEntry(end, TRAIL);
  const record = JSON.parse(toTrail?.line.toString() ?? '') as Record<string, unknown>;
  assert.deepEqual([record['eventName'], record['eventID']], ['Converse', AUDIT.eventId]);
  assert.equal(record['errorCode'], 'ThrottlingException');
  assert.ok(!toTrail?.line.includes('secret'));
  assert.deepEqual(toTrail?.dataObjects, []);
  assert.deepEqual(toTrail?.trailEvent, { region: 'eu-west-1', eventMs: RECEIVED_MS + 1_500 });
  assert.equal(Date.parse(String(record['eventTime'])), RECEIVED_MS + 1_000, 'to the second');
});

test('an API call is its event to trails; what else stands in the journal is nothing to them', () => {
  const event = { ...AUDIT, eventName: 'CreateTrail', endedMs: RECEIVED_MS + 9, responseElements: null };
  const rendered = renderEntry(entry(ENTRY_KIND.auditEvent, encodeAuditEvent(event)), TRAIL);
  assert.match(rendered?.line.toString() ?? '', /"eventName":"CreateTrail"/);
  assert.deepEqual(rendered?.trailEvent, { region: 'eu-west-1', eventMs: RECEIVED_MS + 9 });
  assert.equal(renderEntry(endOf(BEGIN), TRAIL), undefined, 'a call of an older journal has no event');
  assert.equal(
    renderEntry(entry(ENTRY_KIND.invocationBegin, encodeInvocationBegin(writtenBegin(BEGIN))), TRAIL),
    undefined,
  );
  assert.equal(renderEntry(entry(ENTRY_KIND.auditEvent, encodeAuditEvent(event)), 's3-1'), undefined);
});
