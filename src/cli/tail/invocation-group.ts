import { BedrockClient, GetModelInvocationLoggingConfigurationCommand } from '@aws-sdk/client-bedrock';
import { OperationalError } from '#base';
import type { ServerAddress } from '../server-options.ts';

/**
 * The log group that gets the records of all model invocations of the account and Region.
 * @throws {OperationalError} `no-invocation-log-group`; what the SDK throws
 */
export async function invocationGroup(address: ServerAddress, abortSignal: AbortSignal): Promise<string> {
  const client = new BedrockClient(address);
  try {
    const { loggingConfig } = await client.send(new GetModelInvocationLoggingConfigurationCommand({}), { abortSignal });
    const name = loggingConfig?.cloudWatchConfig?.logGroupName;
    if (name !== undefined && name !== '') return name;
    throw new OperationalError(
      'no-invocation-log-group',
      loggingConfig === undefined
        ? 'model invocation logging is not configured in this account and Region'
        : 'model invocation logging goes to S3 only here, and not to CloudWatch Logs',
      'Name a log group with --log-group, or log invocations to one: aws bedrock put-model-invocation-logging-configuration with a cloudWatchConfig (docs/guide/getting-started.md; npx varve demo sets one up).',
    );
  } finally {
    client.destroy();
  }
}
