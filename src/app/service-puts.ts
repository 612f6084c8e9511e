/** The event that S3 tells CloudTrail of when a service of AWS, such as Bedrock, has written to a bucket in its own name. */
import { type Auditor, serviceIdentity } from '#audit';
import type { Clock, IdSource } from '#base';
import type { AuditBegin, AuditEnd } from '#records';
import type { ServicePut } from './ports.ts';

const REQUEST_ID_DIGITS = 16;

/** Writes the event once the object is there. One that is put again since its event could not be written has two. */
export function servicePutNoter(
  auditor: Pick<Auditor, 'selected' | 'end'>,
  clock: Clock,
  ids: IdSource,
): (put: ServicePut) => Promise<void> {
  return async (put) => {
    const { begin, end } = servicePutEvent(put, clock.nowMs(), ids);
    await auditor.end(auditor.selected(begin), end, undefined);
  };
}

/**
 * A data event of the bucket owner's account. (Source: CloudTrail User Guide, "userIdentity element", `invokedBy`; keys as in
 * real records of log deliveries, from memory.)
 */
export function servicePutEvent(
  { bucket, destination, key, startedMs }: ServicePut,
  endedMs: number,
  ids: IdSource,
): { begin: Omit<AuditBegin, 'routes'>; end: AuditEnd } {
  const { name, accountId, region } = bucket;
  const arn = `arn:aws:s3:::${name}`;
  return {
    begin: {
      eventId: ids.uuid(),
      requestId: ids.hex(REQUEST_ID_DIGITS).toUpperCase(),
      receivedMs: startedMs,
      accountId,
      region,
      eventSource: 's3.amazonaws.com',
      eventName: 'PutObject',
      eventType: 'AwsApiCall',
      category: 'Data',
      readOnly: false,
      identity: serviceIdentity(destination.servicePrincipal),
      sourceIp: destination.servicePrincipal,
      userAgent: destination.servicePrincipal,
      requestParameters: {
        bucketName: name,
        Host: `${name}.s3.${region}.amazonaws.com`,
        'x-amz-acl': 'bucket-owner-full-control',
        key,
      },
      resources: [
        { type: 'AWS::S3::Object', ARN: `${arn}/${key}` },
        { accountId, type: 'AWS::S3::Bucket', ARN: arn },
      ],
      sharedEventId: ids.uuid(),
    },
    end: { endedMs, responseElements: null },
  };
}
