import type { DeleteTrailCommandInput } from '@aws-sdk/client-cloudtrail';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { CloudTrailDependencies } from '../dependencies.ts';

/** https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_DeleteTrail.html */
export function deleteTrail({ trails }: CloudTrailDependencies): ImplementedOperation {
  return implement(async ({ Name = '' }: DeleteTrailCommandInput, context) => {
    await trails.delete(context, Name);
    return {};
  });
}
