import type { GetEventSelectorsCommandInput } from '@aws-sdk/client-cloudtrail';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { CloudTrailDependencies } from '../dependencies.ts';
import { selectorsAnswer } from '../event-selectors.ts';

/** https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_GetEventSelectors.html */
export function getEventSelectors({ trails }: CloudTrailDependencies): ImplementedOperation {
  return implement(async ({ TrailName = '' }: GetEventSelectorsCommandInput, context) =>
    selectorsAnswer(trails.get(context, TrailName, 'arn')),
  );
}
