import type { StartQueryCommandInput } from '@aws-sdk/client-cloudwatch-logs';
import { denialSentence } from '#identity';
import { MalformedQuery } from '#insights';
import { logErrors, streamArn } from '#log-groups';
import { GROUPS_MAX, QueryRefused } from '#queries';
import { ApiError } from '#wire';
import { type CallContext, implement, type ImplementedOperation } from '../../service.ts';
import type { LogsDependencies } from '../dependencies.ts';
import { nameOfIdentifier } from '../group-identifier.ts';

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_StartQuery.html */
export function startQuery({ logGroups, queries }: LogsDependencies): ImplementedOperation {
  return implement(async (input: StartQueryCommandInput, context) => {
    const { accountId, region } = context;
    const { startTime = 0, endTime = 0, queryString = '', queryLanguage: language = 'CWLI', limit } = input;
    if (startTime > endTime) throw logErrors.invalidParameter('startTime must not be after endTime.');
    const groups = namesOf(input, context).map((name) => {
      const group = logGroups.find(context, name);
      if (group) return group;
      throw missingGroup(name, context);
    });
    try {
      const queryId = await queries.start({
        accountId,
        region,
        text: queryString,
        language,
        groups,
        startMs: startTime * 1000,
        // Seconds are told, all of the last one counts.
        endMs: endTime * 1000 + 999,
        limit,
        check: (group) => mayQuery(group, context),
      });
      return { queryId };
    } catch (error) {
      throw worded(error, queryString, context);
    }
  });
}

function namesOf(
  { logGroupName, logGroupNames, logGroupIdentifiers }: StartQueryCommandInput,
  context: CallContext,
): string[] {
  const given = [logGroupName === undefined ? undefined : [logGroupName], logGroupNames, logGroupIdentifiers].filter(
    (names) => names !== undefined,
  );
  if (given.length > 1) {
    throw logErrors.invalidParameter(
      'Only one of logGroupName, logGroupNames and logGroupIdentifiers may be specified.',
    );
  }
  const names = (given[0] ?? []).map((name) => nameOfIdentifier(context, name));
  if (names.length > GROUPS_MAX) throw logErrors.invalidParameter(`A query reads ${GROUPS_MAX} log groups at most.`);
  return [...new Set(names)];
}

/** The rule of the operation knows the groups of the request only. */
function mayQuery({ name }: { readonly name: string }, context: CallContext): void {
  const need = { action: 'logs:StartQuery', resource: streamArn(context, name, '') };
  const decision = context.may(need);
  if (decision.effect === 'allow') return;
  throw new ApiError('AccessDeniedException', denialSentence(decision, context.caller.arn, need));
}

/** As recorded from AWS (recorded-aws-errors.md, test_start_query_log_group_not_found). */
function missingGroup(name: string, { accountId, requestId }: CallContext): ApiError {
  return new ApiError(
    'ResourceNotFoundException',
    `Log group '${name}' does not exist for account ID '${accountId}' (Service: AWSLogs; Status Code: 400; Error Code: ResourceNotFoundException; Request ID: ${requestId}; Proxy: null)`,
  );
}

function worded(error: unknown, text: string, context: CallContext): unknown {
  if (error instanceof MalformedQuery) {
    return malformed(error.message, error.span.start, error.span.end);
  }
  if (!(error instanceof QueryRefused)) return error;
  switch (error.reason) {
    case 'no-such-group':
      return missingGroup(error.groupName, context);
    case 'before-the-groups':
      return malformed(
        `Query's end date and time is either before the log groups creation time or exceeds the log groups log retention settings ([0,${text.length}])`,
        0,
        text.length,
      );
    case 'too-many':
      return new ApiError(
        'LimitExceededException',
        'Too many queries are running in this account: wait for one to end, or stop it.',
      );
    case 'no-groups':
      return logErrors.invalidParameter(
        'Either logGroupName, logGroupNames, logGroupIdentifiers or a SOURCE command must be specified.',
      );
    case 'two-sources':
      return logErrors.invalidParameter('Log groups are named in the request or by SOURCE in the query, not by both.');
    default:
      return logErrors.invalidParameter(`A query reads too many log groups.`);
  }
}

function malformed(message: string, startCharOffset: number, endCharOffset: number): ApiError {
  return new ApiError('MalformedQueryException', message, {
    members: { queryCompileError: { location: { startCharOffset, endCharOffset }, message } },
  });
}
