/** Renders the calls behind collected records of CloudTrail's again, and expects the collected records. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { renderAuditEvent } from './render.ts';
import type { AuditEvent, AuditMembers, AuditResource, TlsDetails, UserIdentity } from './types.ts';

const SAMPLES = fileURLToPath(new URL('../../../../shared/samples/cloudtrail/', import.meta.url));
const missing = existsSync(SAMPLES) ? false : 'the shared samples (../shared/samples/cloudtrail) are not here';
if (missing && process.env['CI']) throw new Error(missing);

interface Sample {
  readonly userIdentity: UserIdentity;
  readonly eventTime: string;
  readonly eventSource: string;
  readonly eventName: string;
  readonly awsRegion: string;
  readonly sourceIPAddress: string;
  readonly userAgent: string;
  readonly errorCode?: string;
  readonly errorMessage?: string;
  readonly requestParameters?: AuditMembers | null;
  readonly responseElements?: AuditMembers | null;
  readonly additionalEventData?: AuditMembers;
  readonly requestID: string;
  readonly eventID: string;
  readonly readOnly: boolean;
  readonly resources?: readonly AuditResource[];
  readonly eventCategory: 'Management' | 'Data';
  readonly recipientAccountId: string;
  readonly sharedEventID?: string;
  readonly tlsDetails?: TlsDetails;
  readonly sessionCredentialFromConsole?: boolean;
}

function load(): Sample[] {
  const all = readdirSync(SAMPLES).flatMap((file) => {
    const entries = JSON.parse(readFileSync(SAMPLES + file, 'utf8')) as (Sample | { event: Sample })[];
    return entries.map((entry) => ('event' in entry ? entry.event : entry));
  });
  // Some authors left parts out or blacked times out: there is nothing to compare then.
  return all.filter(({ userIdentity, eventTime }) => userIdentity !== undefined && /^\d{4}-/.test(eventTime));
}

function eventOf(sample: Sample): AuditEvent {
  const atMs = Date.parse(isoTime(sample.eventTime));
  return {
    eventId: sample.eventID,
    requestId: sample.requestID,
    receivedMs: atMs - 1,
    endedMs: atMs + 250,
    accountId: sample.recipientAccountId,
    region: sample.awsRegion,
    eventSource: sample.eventSource,
    eventName: sample.eventName,
    eventType: 'AwsApiCall',
    category: sample.eventCategory,
    readOnly: sample.readOnly,
    identity: sample.userIdentity,
    sourceIp: sample.sourceIPAddress,
    userAgent: sample.userAgent,
    requestParameters: sample.requestParameters ?? null,
    responseElements: sample.responseElements ?? null,
    routes: [],
    ...(sample.errorCode !== undefined && { errorCode: sample.errorCode }),
    ...(sample.errorMessage !== undefined && { errorMessage: sample.errorMessage }),
    ...(sample.additionalEventData && { additional: sample.additionalEventData }),
    ...(sample.resources && { resources: sample.resources }),
    ...(sample.sharedEventID !== undefined && { sharedEventId: sample.sharedEventID }),
    ...(sample.tlsDetails && { tls: sample.tlsDetails }),
    ...(sample.sessionCredentialFromConsole && { fromConsole: true as const }),
  };
}

/** One source writes `2025-01-21 17:39:10.000000000`. */
function isoTime(text: string): string {
  return text.replace(' ', 'T').replace(/(\.0+)?Z?$/, 'Z');
}

/** What sources changed on the way: null is absent in some, a time has another form, and a flag is no text. */
function asWritten(sample: Sample): object {
  return {
    ...sample,
    eventVersion: '1.11',
    eventTime: isoTime(sample.eventTime),
    requestParameters: sample.requestParameters ?? null,
    responseElements: sample.responseElements ?? null,
    ...(sample.sessionCredentialFromConsole && { sessionCredentialFromConsole: 'true' }),
  };
}

test('collected records are rendered as they are', { skip: missing }, () => {
  const samples = load();
  assert.ok(samples.length > 15, `only ${samples.length} samples can be compared`);
  for (const sample of samples) assert.deepEqual(JSON.parse(renderAuditEvent(eventOf(sample))), asWritten(sample));
});

test('keys stand in the order of those samples that nobody has sorted', { skip: missing }, () => {
  const unsorted = load().filter((sample) => Object.keys(sample)[0] === 'eventVersion');
  const captured = unsorted.filter(({ eventCategory }) => eventCategory === 'Management');
  assert.ok(captured.length >= 3, `only ${captured.length} samples are in their own order`);
  for (const sample of captured) {
    assert.equal(renderAuditEvent(eventOf(sample)), JSON.stringify({ ...sample, eventVersion: '1.11' }));
  }
});
