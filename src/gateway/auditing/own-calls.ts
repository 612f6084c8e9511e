import { userIdentityOf } from '#audit';
import type { Caller } from '#identity';
import type { ApiError } from '#wire';
import type { GatewayDependencies } from '../deps.ts';
import type { Exchange } from '../exchange.ts';
import { errorOf } from './error-of.ts';

/** What is asked of one of Varve's own paths. */
export interface OwnCall {
  readonly eventName: string;
  readonly readOnly: boolean;
  readonly parameters: Readonly<Record<string, string | readonly string[]>>;
}

/**
 * A call of one of Varve's own paths: it stands beside AWS's calls, under a source of its own, also when it only reads the audit
 * trail. The begin of one that changes something is durable when this resolves.
 * @returns what ends it; the second time it does nothing
 */
export async function auditOwnCall(
  { requestId, receivedAtMs, sourceIp, head, region }: Exchange,
  { auditor, ids, clock }: GatewayDependencies,
  caller: Caller,
  { eventName, readOnly, parameters }: OwnCall,
): Promise<(error: ApiError | undefined) => Promise<void>> {
  const begin = auditor.selected({
    eventId: ids.uuid(),
    requestId,
    receivedMs: receivedAtMs,
    accountId: caller.accountId,
    region,
    eventSource: 'varve',
    eventName,
    eventType: 'AwsApiCall',
    category: 'Management',
    readOnly,
    identity: userIdentityOf(caller),
    sourceIp,
    userAgent: head.headers['user-agent'] ?? '',
    requestParameters: Object.keys(parameters).length > 0 ? parameters : null,
    ...(caller.session?.fromConsole && { fromConsole: true as const }),
  });
  const open = readOnly ? undefined : await auditor.begin(begin);
  let isOver = false;
  return async (error) => {
    if (isOver) return;
    isOver = true;
    await auditor.end(
      begin,
      { endedMs: clock.nowMs(), ...errorOf(error, undefined, undefined), responseElements: null },
      open,
    );
  };
}
