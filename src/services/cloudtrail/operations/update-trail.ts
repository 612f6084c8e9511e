import type { UpdateTrailCommandInput } from '@aws-sdk/client-cloudtrail';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { CloudTrailDependencies } from '../dependencies.ts';
import { givenSettings, settingsAnswer } from '../trail-shapes.ts';

/** https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_UpdateTrail.html */
export function updateTrail({ trails }: CloudTrailDependencies): ImplementedOperation {
  return implement(async (input: UpdateTrailCommandInput, context) =>
    settingsAnswer(await trails.update(context, input.Name ?? '', givenSettings(input))),
  );
}
