/**
 * The audit wraps the chain from outside (house plan, decision 8): whatever becomes of a request, its event is durable before
 * the reply leaves. What changes something has a begin too, before the handler does it.
 *
 * Requests whose signature does not hold leave no event, as on AWS: nobody knows whose they are.
 */
import type { TLSSocket } from 'node:tls';
import {
  additionalOf,
  errorCodeOf,
  type AuditRule,
  type AuditTable,
  foreignIdentityOf,
  requestParametersOf,
  responseElementsOf,
  userIdentityOf,
} from '#audit';
import type { Caller } from '#identity';
import type { OpenEntry } from '#journal';
import { type AuditBegin, auditErrorCode, type AuditResource, type TlsDetails } from '#records';
import { ApiError, decodeRequest, type Route } from '#wire';
import type { GatewayDependencies, Step } from './deps.ts';
import type { Exchange } from './exchange.ts';

/** What the audit knows of a request on its way. */
export interface ExchangeAudit {
  /** The caller's event, and those of other accounts whose things are asked for. */
  readonly events: readonly { readonly begin: AuditBegin; open?: OpenEntry | undefined }[];
  /** Its event is written, or the record of a model call carries it: nothing is left to do here. */
  isSettled: boolean;
}

/** Describes the request, and notes durably that something is about to be changed. */
export const openAudit: Step = (exchange, gateway) => {
  const audit = describe(exchange, gateway);
  exchange.audit = audit;
  const rule = ruleOf(exchange, gateway)?.rule;
  if (!audit || !rule || (rule.readOnly && !exchange.operation?.answersLate)) return undefined;
  return begin(audit, gateway);
};

async function begin({ events }: ExchangeAudit, { auditor }: GatewayDependencies): Promise<void> {
  await Promise.all(
    events.map(async (event) => {
      event.open = await auditor.begin(event.begin);
    }),
  );
}

/** Keeps what the event tells of an output: the output itself is soon gone. */
export function noteOutput(exchange: Exchange, gateway: GatewayDependencies, outputOf: () => unknown): void {
  const { route } = exchange;
  const found = ruleOf(exchange, gateway);
  if (!found || !route || found.rule.response === 'none') return;
  const output = outputOf();
  if (typeof output !== 'object' || output === null) return;
  exchange.responseElements = responseElementsOf(
    found.table,
    found.rule,
    route.operation,
    output as Record<string, unknown>,
  );
}

/**
 * Appends the event of a request that was answered or refused.
 * @throws {OperationalError} `journal-unwritable`: the reply must not leave
 */
export function concludeAudit(exchange: Exchange, gateway: GatewayDependencies): Promise<unknown> | undefined {
  const audit = exchange.audit ?? describe(exchange, gateway);
  if (!audit || audit.isSettled) return undefined;
  audit.isSettled = true;
  const { error, responseElements } = exchange;
  const end = {
    endedMs: gateway.clock.nowMs(),
    ...errorOf(error, exchange.route),
    responseElements: error ? null : (responseElements ?? null),
  };
  // Owners hear of what was done, not of what their policies kept off.
  const events = error ? audit.events.slice(0, 1) : audit.events;
  return Promise.all(events.map(({ begin, open }) => gateway.auditor.end(begin, end, open)));
}

/** The frames of an answer that is over only when they are: its event is durable before the stream ends. */
export async function* auditedFrames(
  exchange: Exchange,
  gateway: GatewayDependencies,
  frames: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  try {
    yield* frames;
  } catch (error) {
    exchange.error ??= error instanceof ApiError ? error : new ApiError('InternalFailure', 'The answer broke off.');
    throw error;
  } finally {
    await concludeAudit(exchange, gateway);
  }
}

function ruleOf(
  { route }: Exchange,
  { services }: GatewayDependencies,
): { readonly table: AuditTable; readonly rule: AuditRule } | undefined {
  const table = route && services.get(route.serviceName)?.audit;
  const rule = table?.operations[route?.operation.name ?? ''];
  return table && rule && rule.category !== 'none' ? { table, rule } : undefined;
}

/** Undefined: AWS has no event of it, or nobody's trail could take it. */
function describe(exchange: Exchange, gateway: GatewayDependencies): ExchangeAudit | undefined {
  const { route, isAuthenticated, requestId, receivedAtMs, sourceIp, head } = exchange;
  const caller = isAuthenticated ? (exchange.caller ?? exchange.foundCaller) : undefined;
  const found = caller && ruleOf(exchange, gateway);
  if (!route || !caller || !found) return undefined;
  const { table, rule } = found;
  const input = exchange.input ?? inputOfMissing(exchange, route);
  const scope = { accountId: caller.accountId, region: exchange.region };
  const resources = input === undefined ? undefined : resourcesOf(rule, input, scope, gateway);
  const additional = additionalOf(caller);
  const tls = tlsOf(exchange);
  const { ids, auditor } = gateway;
  const call: Omit<AuditBegin, 'routes'> = {
    eventId: ids.uuid(),
    requestId,
    receivedMs: receivedAtMs,
    accountId: caller.accountId,
    region: table.region ?? exchange.region,
    eventSource: rule.eventSource ?? table.eventSource,
    eventName: rule.eventName ?? route.operation.name,
    eventType: 'AwsApiCall',
    category: rule.category === 'Data' ? 'Data' : 'Management',
    readOnly: rule.readOnly,
    identity: userIdentityOf(caller),
    sourceIp,
    userAgent: head.headers['user-agent'] ?? '',
    requestParameters:
      input === undefined ? null : requestParametersOf(table, rule, route.operation, input as Record<string, unknown>),
    ...(resources && { resources }),
    ...(tls && { tls }),
    ...(caller.session?.fromConsole && { fromConsole: true as const }),
    ...(additional && { additional }),
  };
  const owners = foreignOwners(resources, caller, gateway);
  const [owner] = owners;
  if (owner === undefined) return { events: [{ begin: auditor.selected(call) }], isSettled: false };
  const shared = { ...call, sharedEventId: ids.uuid() };
  const others = owners.map((accountId) => ({
    ...shared,
    eventId: ids.uuid(),
    accountId,
    identity: foreignIdentityOf(caller),
  }));
  return { events: [shared, ...others].map((event) => ({ begin: auditor.selected(event) })), isSettled: false };
}

/** The input of an operation that Varve lacks, which nothing has decoded; of large bodies it is not worth the while. */
function inputOfMissing({ operation, body, head }: Exchange, route: Route): Record<string, unknown> | undefined {
  if (operation || (body && !body.inMemory)) return undefined;
  try {
    const decoded = decodeRequest(route, head, body?.inMemory ?? Buffer.alloc(0), { payload: body ? 'read' : 'skip' });
    return decoded as Record<string, unknown>;
  } catch (error) {
    if (error instanceof ApiError) return undefined;
    throw error;
  }
}

/** Buckets' names tell no owner: who it is stands in the registry. */
function resourcesOf(
  rule: AuditRule,
  input: unknown,
  scope: { accountId: string; region: string },
  { ownerOf }: GatewayDependencies,
): readonly AuditResource[] | undefined {
  const resources = rule.resources?.(input as never, scope);
  if (!resources || resources.length === 0) return undefined;
  return resources.map((resource) => {
    if (resource.accountId !== undefined || resource.type !== 'AWS::S3::Bucket') return resource;
    const accountId = resource.ARN === undefined ? undefined : ownerOf(resource.ARN);
    return accountId === undefined ? resource : { ...resource, accountId };
  });
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

function tlsOf({ incoming, head }: Exchange): TlsDetails | undefined {
  const { socket } = incoming;
  if (!('encrypted' in socket)) return undefined;
  const { getProtocol, getCipher } = socket as TLSSocket;
  const tlsVersion = getProtocol.call(socket as TLSSocket);
  const host = head.headers['host'] ?? head.headers[':authority'];
  return {
    ...(tlsVersion && { tlsVersion }),
    cipherSuite: getCipher.call(socket as TLSSocket).standardName,
    ...(host !== undefined && { clientProvidedHostHeader: host }),
  };
}

/**
 * A call of one of Varve's own paths that changes something: it stands beside AWS's calls, under a source of its own. Its begin is
 * durable when this resolves.
 * @returns what ends it; the second time it does nothing
 */
export async function auditOwnCall(
  { requestId, receivedAtMs, sourceIp, head, region }: Exchange,
  { auditor, ids, clock }: GatewayDependencies,
  caller: Caller,
  eventName: string,
  parameters: Readonly<Record<string, string>>,
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
    readOnly: false,
    identity: userIdentityOf(caller),
    sourceIp,
    userAgent: head.headers['user-agent'] ?? '',
    requestParameters: Object.keys(parameters).length > 0 ? parameters : null,
    ...(caller.session?.fromConsole && { fromConsole: true as const }),
  });
  const open = await auditor.begin(begin);
  let isOver = false;
  return async (error) => {
    if (isOver) return;
    isOver = true;
    await auditor.end(begin, { endedMs: clock.nowMs(), ...errorOf(error, undefined), responseElements: null }, open);
  };
}

function errorOf(error: ApiError | undefined, route: Route | undefined): { errorCode?: string; errorMessage?: string } {
  if (!error) return {};
  const errorCode = route ? errorCodeOf(error.code, route.service) : auditErrorCode(error.code);
  return { errorCode, errorMessage: error.message };
}
