import { type Auditor, identityKeyOf } from '#audit';
import type { Caller } from '#identity';
import { type AuditBegin, type AuditCommon, alikeAudits, type AuditIds } from '#records';
import type { Route } from '#wire';
import type { Exchange } from '../exchange.ts';

/** What the events of calls that are alike have in common. */
const KNOWN = new Map<string, AuditCommon>();
const KNOWN_MAX = 1_000;
/** Longer ones, by the header that a client makes up, are not kept. */
const KEY_CHARS_MAX = 2_000;

/**
 * The event of a call of which there are many: what it has in common with those of calls that are alike is described once, and
 * written as JSON once.
 * @param told all that it tells of the input
 */
export function alikeEvent(
  exchange: Exchange,
  { serviceName, operation }: Route,
  caller: Caller,
  told: string,
  eventId: string,
  auditor: Auditor,
  describe: () => AuditBegin,
): AuditBegin {
  const { requestId, receivedAtMs: receivedMs, region, sourceIp, head } = exchange;
  const ids: AuditIds = { eventId, requestId, receivedMs };
  const place = [serviceName, operation.name, region, sourceIp, head.headers['user-agent']];
  const key = `${identityKeyOf(caller)}\n${place.join('\n')}\n${told}`;
  const known = KNOWN.get(key);
  if (known) {
    const event = { ...known, ...ids };
    if (auditor.isSelectedAlike(event)) return event;
  }
  const { eventId: _, requestId: _request, receivedMs: _received, ...common } = describe();
  if (KNOWN.size >= KNOWN_MAX) KNOWN.clear();
  const alike = alikeAudits(common);
  if (key.length <= KEY_CHARS_MAX) KNOWN.set(key, alike);
  return { ...alike, ...ids };
}
