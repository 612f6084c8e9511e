/** The AWS SDK clients of the demo, unmodified: they are told an endpoint and a key, nothing else. */
import { BedrockClient } from '@aws-sdk/client-bedrock';
import { BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime';
import { CloudTrailClient } from '@aws-sdk/client-cloudtrail';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { IAMClient } from '@aws-sdk/client-iam';
import { S3Client } from '@aws-sdk/client-s3';
import type { RootKey } from '#config';

export interface DemoClients {
  readonly bedrock: BedrockClient;
  readonly runtime: BedrockRuntimeClient;
  readonly s3: S3Client;
  readonly logs: CloudWatchLogsClient;
  readonly iam: IAMClient;
  readonly cloudtrail: CloudTrailClient;
  destroy(): void;
}

export function demoClients(endpoint: string, region: string, { accessKeyId, secretAccessKey }: RootKey): DemoClients {
  const shared = { endpoint, region, credentials: { accessKeyId, secretAccessKey }, maxAttempts: 1 };
  const clients = {
    bedrock: new BedrockClient(shared),
    runtime: new BedrockRuntimeClient(shared),
    s3: new S3Client({ ...shared, forcePathStyle: true }),
    logs: new CloudWatchLogsClient(shared),
    iam: new IAMClient(shared),
    cloudtrail: new CloudTrailClient(shared),
  };
  return {
    ...clients,
    destroy: () => {
      for (const client of Object.values(clients)) client.destroy();
    },
  };
}
