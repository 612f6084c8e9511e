import type { DescribeQueryDefinitionsCommandInput } from '@aws-sdk/client-cloudwatch-logs';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { LogsDependencies } from '../dependencies.ts';

const DEFINITIONS_DEFAULT = 1_000;

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeQueryDefinitions.html */
export function describeQueryDefinitions({ logGroups, queryDefinitions }: LogsDependencies): ImplementedOperation {
  return implement(async (input: DescribeQueryDefinitionsCommandInput, context) => {
    const { queryDefinitionNamePrefix = '', queryLanguage, maxResults = DEFINITIONS_DEFAULT, nextToken } = input;
    const wanted = queryDefinitions
      .list(context)
      .filter(
        ({ name, language }) =>
          name.startsWith(queryDefinitionNamePrefix) && (queryLanguage === undefined || language === queryLanguage),
      );
    const after = nextToken === undefined ? undefined : String(logGroups.tokens.read('query-definitions', nextToken));
    const start = after === undefined ? 0 : wanted.findIndex(({ id }) => id === after) + 1;
    const page = wanted.slice(start, start + maxResults);
    const last = page.at(-1);
    return {
      queryDefinitions: page.map((definition) => ({
        queryLanguage: definition.language,
        queryDefinitionId: definition.id,
        name: definition.name,
        queryString: definition.text,
        lastModified: definition.modifiedMs,
        ...(definition.logGroupNames.length > 0 && { logGroupNames: definition.logGroupNames }),
        ...(definition.parameters.length > 0 && { parameters: definition.parameters }),
      })),
      ...(last &&
        start + maxResults < wanted.length && { nextToken: logGroups.tokens.write('query-definitions', last.id) }),
    };
  });
}
