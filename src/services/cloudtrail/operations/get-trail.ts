import type { GetTrailCommandInput } from '@aws-sdk/client-cloudtrail';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { CloudTrailDependencies } from '../dependencies.ts';
import { trailAnswer } from '../trail-shapes.ts';

/** https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_GetTrail.html */
export function getTrail({ trails }: CloudTrailDependencies): ImplementedOperation {
  return implement(async ({ Name = '' }: GetTrailCommandInput, context) => ({
    Trail: trailAnswer(trails.get(context, Name)),
  }));
}
