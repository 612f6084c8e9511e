import type { StartLoggingCommandInput } from '@aws-sdk/client-cloudtrail';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { CloudTrailDependencies } from '../dependencies.ts';

/** https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_StartLogging.html */
export function startLogging({ trails }: CloudTrailDependencies): ImplementedOperation {
  return implement(async ({ Name = '' }: StartLoggingCommandInput, context) => {
    await trails.setLogging(context, Name, true);
    return {};
  });
}
