import type { PutQueryDefinitionCommandInput } from '@aws-sdk/client-cloudwatch-logs';
import { logErrors } from '#log-groups';
import { ApiError } from '#wire';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { LogsDependencies } from '../dependencies.ts';

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutQueryDefinition.html */
export function putQueryDefinition({ queryDefinitions }: LogsDependencies): ImplementedOperation {
  return implement(async (input: PutQueryDefinitionCommandInput, context) => {
    const { name = '', queryString = '', queryDefinitionId, logGroupNames, queryLanguage = 'CWLI' } = input;
    const parameters = (input.parameters ?? []).map((one) => ({
      name: one.name ?? '',
      defaultValue: one.defaultValue,
      description: one.description,
    }));
    const id = await queryDefinitions.put(context, queryDefinitionId, {
      name,
      text: queryString,
      logGroupNames: logGroupNames ?? [],
      language: queryLanguage,
      parameters,
      modifiedMs: context.receivedAtMs,
    });
    if (id === 'limit') throw logErrors.limitExceeded();
    if (id === undefined) {
      throw new ApiError('ResourceNotFoundException', 'The specified query definition does not exist.');
    }
    return { queryDefinitionId: id };
  });
}
