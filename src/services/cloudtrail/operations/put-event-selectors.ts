import type { PutEventSelectorsCommandInput } from '@aws-sdk/client-cloudtrail';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { CloudTrailDependencies } from '../dependencies.ts';
import { selectorsAnswer } from '../event-selectors.ts';

/** https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_PutEventSelectors.html */
export function putEventSelectors({ trails }: CloudTrailDependencies): ImplementedOperation {
  return implement(async ({ TrailName = '', ...selectors }: PutEventSelectorsCommandInput, context) =>
    selectorsAnswer(await trails.putSelectors(context, TrailName, selectors)),
  );
}
