import type { DeleteQueryDefinitionCommandInput } from '@aws-sdk/client-cloudwatch-logs';
import { ApiError } from '#wire';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { LogsDependencies } from '../dependencies.ts';

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteQueryDefinition.html */
export function deleteQueryDefinition({ queryDefinitions }: LogsDependencies): ImplementedOperation {
  return implement(async ({ queryDefinitionId = '' }: DeleteQueryDefinitionCommandInput, context) => {
    if (await queryDefinitions.delete(context, queryDefinitionId)) return { success: true };
    throw new ApiError('ResourceNotFoundException', 'The specified query definition does not exist.');
  });
}
