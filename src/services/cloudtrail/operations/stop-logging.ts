import type { StopLoggingCommandInput } from '@aws-sdk/client-cloudtrail';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { CloudTrailDependencies } from '../dependencies.ts';

/** https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_StopLogging.html */
export function stopLogging({ trails }: CloudTrailDependencies): ImplementedOperation {
  return implement(async ({ Name = '' }: StopLoggingCommandInput, context) => {
    await trails.setLogging(context, Name, false);
    return {};
  });
}
