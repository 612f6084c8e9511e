import type { ServiceName } from '#wire';

const MIB = 1024 * 1024;

/** What the body of a request may have, in bytes: Bedrock's is documented, the others leave room over AWS's limits for their content. */
const BODY_BYTES_MAX: Readonly<Record<ServiceName, number>> = {
  'bedrock-runtime': 25_000_000,
  bedrock: 1 * MIB,
  // PutLogEvents: 1 MiB of events, which JSON may write six times as long.
  logs: 8 * MIB,
  // Documents only (DeleteObjects, policies); objects themselves are streams.
  s3: 4 * MIB,
  iam: 1 * MIB,
  cloudtrail: 1 * MIB,
  // A message, or a batch of them, has 1 MiB, which forms and JSON may write six times as long.
  sns: 8 * MIB,
  sqs: 8 * MIB,
  'bedrock-agent': 8 * MIB,
  'bedrock-agent-runtime': 25_000_000,
  sts: 1 * MIB,
};

/** Lookup tables have 10 MB of CSV, which JSON may write twice as long. */
const LARGE_BODY_BYTES_MAX: Readonly<Record<string, number>> = {
  CreateLookupTable: 21 * MIB,
  UpdateLookupTable: 21 * MIB,
};

export function bodyBytesMax(service: ServiceName, operation: string): number {
  const large = service === 'logs' && Object.hasOwn(LARGE_BODY_BYTES_MAX, operation);
  return (large ? LARGE_BODY_BYTES_MAX[operation] : undefined) ?? BODY_BYTES_MAX[service];
}
