/** The event that S3 tells CloudTrail of when a service of AWS, such as Bedrock, has written to a bucket in its own name. */
import type { IdSource } from '#base';
import { serviceIdentity } from '#audit';
import type { AuditBegin, AuditEnd } from '#records';
import type { ServicePut } from './ports.ts';

const REQUEST_ID_DIGITS = 16;

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
