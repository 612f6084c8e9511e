import type { StartLiveTailCommandInput } from '@aws-sdk/client-cloudwatch-logs';
import { compileTest } from '#insights';
import { groupArn, type LiveTailSession, logErrors, readPattern } from '#log-groups';
import { ApiError } from '#wire';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { LogsDependencies } from '../dependencies.ts';
import { nameOfIdentifier } from '../group-identifier.ts';

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_StartLiveTail.html */
export function startLiveTail({ logGroups }: LogsDependencies): ImplementedOperation {
  return implement(async (input: StartLiveTailCommandInput, context) => {
    const { logGroupIdentifiers = [], logStreamNames, logStreamNamePrefixes, logEventFilterPattern } = input;
    const groups = logGroupIdentifiers.map((one) => logGroups.get(context, nameOfIdentifier(context, one)));
    if (logStreamNames && logStreamNamePrefixes) {
      throw logErrors.invalidParameter(
        'LogStream names and LogStream name prefixes are mutually exclusive parameters.',
      );
    }
    if ((logStreamNames ?? logStreamNamePrefixes) && groups.length > 1) {
      throw logErrors.invalidParameter('LogStream names and prefixes can be specified for a single log group only.');
    }
    const names = logStreamNames && new Set(logStreamNames);
    const selection = {
      generations: new Set(groups.map(({ generation }) => generation)),
      acceptsStream: (name: string): boolean =>
        names?.has(name) ?? logStreamNamePrefixes?.some((prefix) => name.startsWith(prefix)) ?? true,
      test: compileTest(readPattern(logEventFilterPattern ?? '')),
    };
    const session = logGroups.liveTails.open(context, selection, context.signal);
    const sessionStart = {
      requestId: context.requestId,
      sessionId: session.id,
      logGroupIdentifiers: groups.map((group) => groupArn(group, group.name)),
      ...(logStreamNames && { logStreamNames }),
      ...(logStreamNamePrefixes && { logStreamNamePrefixes }),
      ...(logEventFilterPattern !== undefined && { logEventFilterPattern }),
    };
    return { responseStream: eventsOf(session, sessionStart) };
  });
}

async function* eventsOf(
  session: LiveTailSession,
  sessionStart: object,
): AsyncGenerator<Readonly<Record<string, unknown>>, void, undefined> {
  yield { sessionStart };
  const updates = session.updates();
  try {
    for (let next = await updates.next(); ; next = await updates.next()) {
      if (next.done) {
        if (next.value) throw new ApiError('SessionTimeoutException', 'The session has ended after three hours.');
        return;
      }
      const { events, sampled } = next.value;
      const sessionResults = events.map(({ group, streamName, message, timestampMs, ingestionMs }) => ({
        logStreamName: streamName,
        logGroupIdentifier: `${group.accountId}:${group.name}`,
        message,
        timestamp: timestampMs,
        ingestionTime: ingestionMs,
      }));
      yield { sessionUpdate: { sessionMetadata: { sampled }, sessionResults } };
    }
  } finally {
    session.end();
  }
}
