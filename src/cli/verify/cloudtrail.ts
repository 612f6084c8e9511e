/** What verifying asks of CloudTrail's API: which bucket a trail writes to, and the keys that its digests are signed with. */
import { createHash } from 'node:crypto';
import { OperationalError } from '#base';
import { keyOfDer, type PublicKeys, fingerprintOf } from '#trails';
import { signRequest } from '#wire';
import type { ServerAddress } from '../server-options.ts';

const TARGET = 'com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101';
const ANSWER_MS_MAX = 30_000;
/** A trail cannot be older than CloudTrail. */
const BEGINNING_SECONDS = Date.UTC(2013, 10, 13) / 1_000;

export interface DescribedTrail {
  readonly Name: string;
  readonly TrailARN: string;
  readonly S3BucketName: string;
  readonly S3KeyPrefix?: string;
  readonly LogFileValidationEnabled?: boolean;
}

/**
 * The trail, and whether another one that has no digests writes to the same place.
 * @throws {OperationalError} `no-such-trail`
 */
export async function describeTrail(
  address: ServerAddress,
  nameOrArn: string,
): Promise<{ readonly trail: DescribedTrail; readonly otherWriter: string | undefined }> {
  const [, arnRegion] = /^arn:[^:]+:cloudtrail:([^:]+):/.exec(nameOrArn) ?? [];
  const here = { ...address, region: arnRegion ?? address.region };
  const { trailList: all = [] } = (await call(here, 'DescribeTrails', {})) as { trailList?: DescribedTrail[] };
  const trail = all.find(({ Name, TrailARN }) => TrailARN === nameOrArn || Name === nameOrArn);
  if (!trail) {
    throw new OperationalError(
      'no-such-trail',
      `there is no trail ${nameOrArn} in ${here.region}`,
      all.length === 0
        ? 'Name its Region with --region.'
        : `There are: ${all.map(({ Name }) => Name).join(', ')}. Of another Region, name it with --region, or give the ARN.`,
    );
  }
  const other = all.find(
    (one) =>
      one.TrailARN !== trail.TrailARN &&
      one.S3BucketName === trail.S3BucketName &&
      (one.S3KeyPrefix ?? '') === (trail.S3KeyPrefix ?? '') &&
      !one.LogFileValidationEnabled,
  );
  return { trail, otherWriter: other?.Name };
}

/** All keys of a Region, by fingerprint. */
export async function listPublicKeys(address: ServerAddress, region: string, toMs: number): Promise<PublicKeys> {
  const keys = new Map<string, ReturnType<typeof keyOfDer>>();
  const range = { StartTime: BEGINNING_SECONDS, EndTime: Math.ceil(toMs / 1_000) };
  let token: string | undefined;
  do {
    const page = (await call({ ...address, region }, 'ListPublicKeys', {
      ...range,
      ...(token === undefined ? {} : { NextToken: token }),
    })) as { PublicKeyList?: { Value: string }[]; NextToken?: string };
    for (const { Value } of page.PublicKeyList ?? []) {
      const key = keyOfDer(Buffer.from(Value, 'base64'));
      keys.set(fingerprintOf(key), key);
    }
    token = page.NextToken;
  } while (token !== undefined);
  return keys;
}

/** Fails as a client of the SDK does, so that refusals are worded alike. */
async function call(address: ServerAddress, operation: string, input: object): Promise<unknown> {
  const { endpoint, region, credentials } = address;
  const body = JSON.stringify(input);
  const headers = signRequest({
    method: 'POST',
    target: '/',
    headers: {
      host: new URL(endpoint).host,
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `${TARGET}.${operation}`,
    },
    service: 'cloudtrail',
    region,
    credentials: { ...credentials, sessionToken: credentials.sessionToken },
    bodySha256Hex: createHash('sha256').update(body).digest('hex'),
    nowMs: Date.now(),
  });
  const signal = AbortSignal.timeout(ANSWER_MS_MAX);
  const response = await fetch(`${endpoint}/`, { method: 'POST', headers, body, signal }).catch((error: Error) => {
    // What fetch tells of a connection that failed stands in the cause.
    throw error.cause instanceof Error ? error.cause : error;
  });
  const answer = (await response.json()) as { __type?: string; message?: string; Message?: string };
  if (response.ok) return answer;
  const error = new Error(answer.message ?? answer.Message ?? '');
  error.name = String(answer.__type ?? response.status).replace(/^.*#/, '');
  const requestId = response.headers.get('x-amzn-requestid') ?? undefined;
  throw Object.assign(error, { $metadata: { requestId, httpStatusCode: response.status } });
}
