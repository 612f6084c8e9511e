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
    checkParameters(parameters, queryLanguage);
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

/** (API_QueryParameter: only Logs Insights QL has parameters.) */
function checkParameters(parameters: readonly { readonly name: string }[], language: string): void {
  if (parameters.length > 0 && language !== 'CWLI') {
    throw logErrors.invalidParameter('Query parameters are supported only for Logs Insights QL queries.');
  }
  const names = parameters.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw logErrors.invalidParameter(`The query parameter ${twice} is given twice.`);
}
