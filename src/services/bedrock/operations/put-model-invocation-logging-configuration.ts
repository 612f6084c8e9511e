import type { PutModelInvocationLoggingConfigurationCommandInput } from '@aws-sdk/client-bedrock';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { BedrockDependencies } from '../dependencies.ts';

/** https://docs.aws.amazon.com/bedrock/latest/APIReference/API_PutModelInvocationLoggingConfiguration.html */
export function putModelInvocationLoggingConfiguration({ logging }: BedrockDependencies): ImplementedOperation {
  return implement(async ({ loggingConfig }: PutModelInvocationLoggingConfigurationCommandInput, context) => {
    const { cloudWatchConfig, s3Config, ...switches } = loggingConfig ?? {};
    await logging.put(context, {
      ...switches,
      ...(s3Config ? { s3Config: bucketOf(s3Config) } : {}),
      ...(cloudWatchConfig
        ? {
            cloudWatchConfig: {
              logGroupName: cloudWatchConfig.logGroupName ?? '',
              roleArn: cloudWatchConfig.roleArn ?? '',
              ...(cloudWatchConfig.largeDataDeliveryS3Config
                ? { largeDataDeliveryS3Config: bucketOf(cloudWatchConfig.largeDataDeliveryS3Config) }
                : {}),
            },
          }
        : {}),
    });
    return {};
  });
}

function bucketOf({ bucketName, keyPrefix }: { bucketName: string | undefined; keyPrefix?: string | undefined }): {
  bucketName: string;
  keyPrefix?: string;
} {
  return { bucketName: bucketName ?? '', ...(keyPrefix === undefined ? {} : { keyPrefix }) };
}
