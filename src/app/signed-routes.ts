/** Varve's own interface for its command line and console: one row a route. */
import type { EventHistory } from '#audit';
import type { Clock } from '#base';
import { json, type SignedRoute } from '#gateway';
import { DENIALS_MAX, type DenialLog, explainDenial, type Identity } from '#identity';
import type { TamperAlarms, TrailSigningKeys } from '#trails';
import { ApiError } from '#wire';
import { alertRoutes } from './alert-routes.ts';
import { consoleSessionRoute } from './console-session.ts';
import { eventRoutes } from './event-routes.ts';
import { trailKeyRoutes } from './trail-key-routes.ts';

export interface SignedRooms {
  readonly denials: DenialLog;
  readonly identity: Identity;
  readonly clock: Clock;
  readonly history: EventHistory;
  readonly trailKeys: TrailSigningKeys;
  readonly alarms: TamperAlarms;
}

export function signedRoutes({
  denials,
  identity,
  clock,
  history,
  trailKeys,
  alarms,
}: SignedRooms): readonly SignedRoute[] {
  return [
    consoleSessionRoute(identity, clock),
    ...eventRoutes(history),
    ...trailKeyRoutes(trailKeys),
    ...alertRoutes(alarms),
    {
      method: 'GET',
      path: '/_varve/denials/{requestId}',
      action: 'varve:ExplainDenial',
      handle: async ({ caller: { accountId }, parameters: { requestId = '' } }) => {
        const found = await denials.find(accountId, requestId);
        if (found.length > 0)
          return json(200, { requestId, denials: found.map((record) => ({ ...record, ...explainDenial(record) })) });
        throw new ApiError(
          'NoSuchDenial',
          `No request ${requestId.slice(0, 100)} of account ${accountId} is known to have been denied by a policy. The newest ${DENIALS_MAX.toLocaleString('en-US')} denials are kept; requests of other accounts, and those that failed for another reason, are not among them.`,
          { status: 404 },
        );
      },
    },
  ];
}
