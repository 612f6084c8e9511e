/** From a request to the events that the audit trail has of it. */
import {
  additionalOf,
  type AuditRule,
  type AuditTable,
  foreignIdentityOf,
  requestParametersOf,
  userIdentityOf,
} from '#audit';
import type { Caller } from '#identity';
import type { OpenEntry } from '#journal';
import type { AuditBegin, AuditResource } from '#records';
import { ApiError, decodeRequest, type Route } from '#wire';
import type { GatewayDependencies } from '../deps.ts';
import type { Exchange } from '../exchange.ts';
import { alikeEvent } from './alike.ts';
import { tlsDetailsOf } from './tls-details.ts';

/** What becomes of a request's events: those that are written when it is over, and those that something else writes. */
export interface DueEvent {
  readonly begin: AuditBegin;
  open: OpenEntry | undefined;
  /** It is written, or the record of a model call carries it: nothing is left to do. */
  isSettled: boolean;
}

/**
 * The call's own event first, others that it has besides, then those of other accounts whose things are asked for. Undefined: AWS
 * has no event of it, or nobody's trail could take it.
 */
export function eventsOf(exchange: Exchange, gateway: GatewayDependencies): readonly DueEvent[] | undefined {
  const { route, isAuthenticated } = exchange;
  const caller = isAuthenticated ? (exchange.caller ?? exchange.foundCaller) : undefined;
  const found = caller && ruleOf(exchange, gateway);
  if (!route || !caller || !found) return undefined;
  const { rule } = found;
  const decoded = (exchange.input ?? inputOfMissing(exchange, route)) as Readonly<Record<string, unknown>> | undefined;
  // Of what could not be read, or is not as the model says: what its path names.
  const input = decoded ?? route.labels;
  const { ids, auditor } = gateway;
  const describe = (eventId: string, by = rule): Call => {
    const asked = askedOf({ ...found, rule: by }, route, input, exchange, gateway);
    return { ...commonOf(exchange, caller), ...asked, eventId };
  };
  const told = decoded && !isEncrypted(exchange) ? rule.alike?.(decoded as never) : undefined;
  if (told !== undefined) {
    const eventId = ids.uuid();
    return [
      due(alikeEvent(exchange, route, caller, told, eventId, auditor, () => auditor.selected(describe(eventId)))),
    ];
  }
  const call = describe(ids.uuid());
  const events: DueEvent[] = [];
  const add = (event: Call): void => {
    events.push(due(auditor.selected(event)));
  };
  // Owners do not hear of what policies kept off.
  const owners = exchange.isDenied ? [] : foreignOwners(call.resources, caller, gateway);
  const shared = owners.length > 0 ? { sharedEventId: ids.uuid() } : undefined;
  add(shared ? { ...call, ...shared } : call);
  if (decoded && rule.also) {
    for (const other of rule.also(decoded as never)) add(describe(ids.uuid(), other));
  }
  for (const accountId of owners) {
    add({ ...call, ...shared, eventId: ids.uuid(), accountId, identity: foreignIdentityOf(caller) });
  }
  return events;
}

function due(begin: AuditBegin): DueEvent {
  return { begin, open: undefined, isSettled: false };
}

/** How it is encrypted would be the connection's own. */
function isEncrypted({ incoming }: Exchange): boolean {
  return 'encrypted' in incoming.socket;
}

type Call = Omit<AuditBegin, 'routes'>;
type Asked = Pick<
  AuditBegin,
  'region' | 'eventSource' | 'eventName' | 'category' | 'readOnly' | 'requestParameters' | 'resources'
>;

/** The operation's rule; undefined where AWS has no event of it. */
export function ruleOf({ route }: Exchange, { services }: GatewayDependencies): FoundRule | undefined {
  const table = route && services.get(route.serviceName)?.audit;
  const rule = table?.operations[route?.operation.name ?? ''];
  return table && rule && rule.category !== 'none' ? { table, rule } : undefined;
}

interface FoundRule {
  readonly table: AuditTable;
  readonly rule: AuditRule;
}

/** Who asks, and from where. */
function commonOf(exchange: Exchange, caller: Caller): Omit<Call, keyof Asked | 'eventId'> {
  const { requestId, receivedAtMs, sourceIp, head } = exchange;
  const additional = additionalOf(caller);
  const tls = tlsDetailsOf(exchange.incoming.socket, head.headers['host'] ?? head.headers[':authority']);
  return {
    requestId,
    receivedMs: receivedAtMs,
    accountId: caller.accountId,
    eventType: 'AwsApiCall',
    identity: userIdentityOf(caller),
    sourceIp,
    userAgent: head.headers['user-agent'] ?? '',
    ...(tls && { tls }),
    ...(caller.session?.fromConsole && { fromConsole: true as const }),
    ...(additional && { additional }),
  };
}

/** What is asked for. */
function askedOf(
  { table, rule }: FoundRule,
  { operation }: Route,
  input: Readonly<Record<string, unknown>>,
  { accountId, region }: Exchange,
  gateway: GatewayDependencies,
): Asked {
  const { resources, bucketRegion } = resourcesOf(rule, input, { accountId, region }, gateway);
  return {
    // A bucket answers whatever Region a request is signed for; the event is of the bucket's.
    region: table.region ?? bucketRegion ?? region,
    eventSource: rule.eventSource ?? table.eventSource,
    eventName: rule.eventName ?? operation.name,
    category: rule.category === 'Data' ? 'Data' : 'Management',
    readOnly: rule.readOnly,
    requestParameters: requestParametersOf(table, rule, operation, input),
    ...(resources && { resources }),
  };
}

/** The input of an operation that Varve lacks, which nothing has decoded; of large bodies it is not worth the while. */
function inputOfMissing({ operation, body, head }: Exchange, route: Route): Record<string, unknown> | undefined {
  if (operation || (body && !body.inMemory)) return undefined;
  try {
    return decodeRequest(route, head, body?.inMemory ?? Buffer.alloc(0), { payload: body ? 'read' : 'skip' });
  } catch (error) {
    if (error instanceof ApiError) return undefined;
    throw error;
  }
}

/** Buckets' names tell neither owner nor Region: they stand in the registry. */
function resourcesOf(
  rule: AuditRule,
  input: unknown,
  scope: { accountId: string; region: string },
  { bucketOf }: GatewayDependencies,
): { readonly resources?: readonly AuditResource[]; readonly bucketRegion?: string } {
  const resources = rule.resources?.(input as never, scope);
  if (!resources || resources.length === 0) return {};
  let bucketRegion: string | undefined;
  const owned = resources.map((resource) => {
    if (resource.accountId !== undefined || resource.type !== 'AWS::S3::Bucket') return resource;
    const bucket = resource.ARN === undefined ? undefined : bucketOf(resource.ARN);
    if (!bucket) return resource;
    bucketRegion ??= bucket.region;
    return { ...resource, accountId: bucket.accountId };
  });
  return { resources: owned, ...(bucketRegion !== undefined && { bucketRegion }) };
}

/** Accounts of this server, besides the caller's, whose things are asked for. */
function foreignOwners(
  resources: readonly AuditResource[] | undefined,
  caller: Caller,
  { identity }: GatewayDependencies,
): string[] {
  const owners = new Set<string>();
  for (const { accountId } of resources ?? []) {
    if (accountId !== undefined && accountId !== caller.accountId && identity.accounts.has(accountId))
      owners.add(accountId);
  }
  return [...owners];
}
