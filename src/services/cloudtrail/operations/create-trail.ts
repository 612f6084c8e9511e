import type { CreateTrailCommandInput } from '@aws-sdk/client-cloudtrail';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { CloudTrailDependencies } from '../dependencies.ts';
import { givenSettings, settingsAnswer } from '../trail-shapes.ts';

/** https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_CreateTrail.html */
export function createTrail({ trails }: CloudTrailDependencies): ImplementedOperation {
  return implement(async (input: CreateTrailCommandInput, context) => {
    const { Name = '', TagsList = [] } = input;
    return settingsAnswer(await trails.create(context, { name: Name, settings: givenSettings(input), tags: TagsList }));
  });
}
