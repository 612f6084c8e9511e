/** Which AWS services Varve's schemas are generated for, and where the two sources keep them. */
import type { ServiceName } from '#wire';

export interface SourceNames {
  readonly name: ServiceName;
  /** The npm package whose root exports hold the schemas. */
  readonly clientPackage: string;
  /** The folder below `botocore/data`. */
  readonly botocore: string;
  /** What neither source says, from AWS's Smithy model and documentation. */
  readonly extra?: { readonly noErrorWrapping?: boolean };
  /** Traits of single operations that neither source carries. */
  readonly operationTraits?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

export const SOURCES: readonly SourceNames[] = [
  { name: 'bedrock', clientPackage: '@aws-sdk/client-bedrock', botocore: 'bedrock' },
  { name: 'bedrock-runtime', clientPackage: '@aws-sdk/client-bedrock-runtime', botocore: 'bedrock-runtime' },
  { name: 'bedrock-agent', clientPackage: '@aws-sdk/client-bedrock-agent', botocore: 'bedrock-agent' },
  {
    name: 'bedrock-agent-runtime',
    clientPackage: '@aws-sdk/client-bedrock-agent-runtime',
    botocore: 'bedrock-agent-runtime',
  },
  {
    name: 's3',
    clientPackage: '@aws-sdk/client-s3',
    botocore: 's3',
    extra: { noErrorWrapping: true },
    operationTraits: { GetBucketLocation: { s3UnwrappedXmlOutput: 1 } },
  },
  { name: 'logs', clientPackage: '@aws-sdk/client-cloudwatch-logs', botocore: 'logs' },
  { name: 'iam', clientPackage: '@aws-sdk/client-iam', botocore: 'iam' },
  { name: 'sts', clientPackage: '@aws-sdk/client-sts', botocore: 'sts' },
  { name: 'cloudtrail', clientPackage: '@aws-sdk/client-cloudtrail', botocore: 'cloudtrail' },
  { name: 'sns', clientPackage: '@aws-sdk/client-sns', botocore: 'sns' },
  { name: 'sqs', clientPackage: '@aws-sdk/client-sqs', botocore: 'sqs' },
];

/** One line an entry: small, and a change shows as the line it is. */
export function linesOf(entries: Iterable<readonly [key: string | undefined, value: unknown]>, indent: string): string {
  return [...entries]
    .map(([key, value]) => `${indent}${key === undefined ? '' : `${JSON.stringify(key)}: `}${JSON.stringify(value)}`)
    .join(',\n');
}
