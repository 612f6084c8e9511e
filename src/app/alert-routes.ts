/** `GET /_varve/alerts`: what tamper alarms have raised for the caller's account, the newest first. */
import { json, type SignedRoute } from '#gateway';
import type { StoredAlert, TamperAlarms } from '#trails';
import { ApiError } from '#wire';

const LIMIT_DEFAULT = 100;
const LIMIT_MAX = 1_000;

export function alertRoutes(alarms: Pick<TamperAlarms, 'list'>): readonly SignedRoute[] {
  return [
    {
      method: 'GET',
      path: '/_varve/alerts',
      action: 'varve:ListAlerts',
      handle: async ({ caller: { accountId }, query }) => {
        const limit = numberOf(query, 'limit', LIMIT_MAX) ?? LIMIT_DEFAULT;
        const alerts = await alarms.list(accountId, limit, numberOf(query, 'before', Number.MAX_SAFE_INTEGER));
        const last = alerts.at(-1);
        return json(200, {
          alerts: alerts.map(told),
          // The next page: `before` this one.
          ...(last && alerts.length === limit && { nextBefore: last.sequence }),
        });
      },
    },
  ];
}

function told({ sequence: _sequence, atMs, ...alert }: StoredAlert): Record<string, unknown> {
  return { time: new Date(atMs).toISOString(), ...alert };
}

function numberOf(query: URLSearchParams, name: string, max: number): number | undefined {
  const value = query.get(name);
  if (value === null) return undefined;
  const number = /^\d{1,16}$/.test(value) ? Number(value) : 0;
  if (number >= 1 && number <= max) return number;
  throw new ApiError('ValidationException', `${name} is a number from 1 to ${max}.`, { status: 400 });
}
