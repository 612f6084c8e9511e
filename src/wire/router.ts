/**
 * Which operation of which service a request calls, and in which protocol.
 *
 * The service is the one in the SigV4 credential scope; without one it is told by a bearer key (Bedrock), the Host,
 * X-Amz-Target, an RPC path, the form's Action, or a path of Bedrock's; what is left is S3, where anonymous
 * requests are a matter of course. The operation is then found by smithy-protocol, X-Amz-Target, Action, REST route, in
 * that order (P5 of aws-wire.md). The services of Bedrock share their name in the scope: the first whose route fits the path to the
 * slash at its end is called. awsQuery has its Action in the body, so routing takes two steps:
 * `needsFormBody(head)`, then `routeRequest(head, { formBody })`.
 */
import {
  actionOf,
  type Entry,
  entryOf,
  hasBuckets,
  type RoutedService,
  type RouteHints,
  routeAction,
  routeRest,
  routeRpc,
  routeTarget,
  targetOf,
  unknownOperation,
  unknownService,
} from './routing/find-operation.ts';
import { hasBearerKey, hasFormType, hostOf, hostService, scopeService, splitRpcPath } from './routing/service-hints.ts';
import { loadService, SERVICE_NAMES } from './services.ts';
import type { ProtocolName, RequestHead, Route, ServiceName } from './types.ts';

export type { RoutedService, RouteHints } from './routing/find-operation.ts';

/** A protocol to answer in, and the service when the head tells it. */
export interface RouteGuess {
  readonly serviceName: ServiceName | undefined;
  readonly protocol: ProtocolName;
}

/** Routes requests among a set of services. Route tables are compiled when a service is first needed. */
export class Router {
  readonly #entries: readonly Entry[];
  readonly #hostNames: ReadonlySet<string>;
  /** The services with REST routes, S3 last: nearly every path is a bucket's. */
  readonly #rest: readonly Entry[];

  constructor(services: readonly RoutedService[]) {
    this.#entries = services.map(entryOf);
    this.#hostNames = new Set(services.map(({ name }) => name));
    const rest = this.#entries.filter(({ protocol }) => protocol === 'restJson1' || protocol === 'restXml');
    this.#rest = [...rest.filter((entry) => !hasBuckets(entry)), ...rest.filter(hasBuckets)];
  }

  /** True when the operation's name may be in the form body, so that the body must be read before routing. */
  needsFormBody(head: RequestHead): boolean {
    if (head.method !== 'POST' || head.headers['x-amz-target'] !== undefined) return false;
    const scope = scopeService(head);
    if (scope !== undefined) return this.#signedAs(scope).some(({ protocol }) => protocol === 'awsQuery');
    return hasFormType(head) && /^\/(?:\?|$)/.test(head.target);
  }

  /** Throws ApiError: UnknownOperationException and its kin of each protocol. */
  route(head: RequestHead, hints: RouteHints = {}): Route {
    const candidates = this.#candidates(head, hints);
    if (head.headers['smithy-protocol'] === 'rpc-v2-cbor') return routeRpc(head, candidates);
    const target = head.headers['x-amz-target'];
    const targeted = target === undefined ? [] : candidates.filter(({ protocol }) => protocol.startsWith('awsJson'));
    const [entry] = targeted;
    if (target !== undefined && entry) return routeTarget(head, target, entry, targeted);
    let likeliest: Route | undefined;
    for (const each of candidates) {
      if (each.protocol === 'awsQuery') return routeAction(head, hints, each);
      const found = routeRest(head, hints, each);
      if (found?.isSure) return found.route;
      likeliest ??= found?.route;
    }
    if (likeliest) return likeliest;
    const [first] = candidates;
    throw first ? unknownOperation(first.protocol) : unknownService(scopeService(head), this.guess(head).protocol);
  }

  /** For errors that come before a route is known. */
  guess(head: RequestHead): RouteGuess {
    if (head.headers['smithy-protocol'] === 'rpc-v2-cbor') return { serviceName: undefined, protocol: 'rpcv2Cbor' };
    const [entry] = this.#candidates(head, {});
    if (entry && (scopeService(head) !== undefined || hasBearerKey(head) || !hasFormType(head)))
      return { serviceName: entry.name, protocol: entry.protocol };
    if (head.headers['x-amz-target'] !== undefined) {
      const isOld = head.headers['content-type']?.includes('json-1.0') === true;
      return { serviceName: undefined, protocol: isOld ? 'awsJson1_0' : 'awsJson1_1' };
    }
    return { serviceName: undefined, protocol: hasFormType(head) ? 'awsQuery' : 'restJson1' };
  }

  #signedAs(scope: string): readonly Entry[] {
    const name = scope === 's3express' ? 's3' : scope;
    return this.#entries.filter(({ signingName }) => signingName === name);
  }

  /** The services that the request may be for, likeliest first. */
  #candidates(head: RequestHead, hints: RouteHints): readonly Entry[] {
    const scope = scopeService(head);
    if (scope !== undefined) return this.#signedAs(scope);
    if (hasBearerKey(head)) return this.#signedAs('bedrock');
    const byHost = hostService(hostOf(head), this.#hostNames);
    if (byHost !== undefined) return this.#entries.filter(({ name }) => name === byHost);
    const rpc = splitRpcPath(head.target) ?? targetOf(head);
    if (rpc) return this.#entries.filter(({ target }) => target === rpc.service);
    const action = actionOf(head, hints);
    if (action) {
      const byAction = this.#entries.filter(
        ({ protocol, schema }) => protocol === 'awsQuery' && schema.operationTraits(action.name) !== undefined,
      );
      const exact = byAction.filter(({ schema }) => schema.metadata.version === action.version);
      if (byAction.length > 0) return exact.length > 0 ? exact : byAction;
    }
    return this.#rest;
  }
}

let served: Router | undefined;

/** The router of all services that have generated schemas. */
export function servedRouter(): Router {
  served ??= new Router(SERVICE_NAMES.map((name) => ({ name, schema: loadService(name) })));
  return served;
}

/** Finds the operation a request calls; throws ApiError with the protocol's code for an unknown one. */
export function routeRequest(head: RequestHead, hints: RouteHints = {}): Route {
  return servedRouter().route(head, hints);
}

/** True when the body must be read before {@link routeRequest} can tell the operation (awsQuery). */
export function needsFormBody(head: RequestHead): boolean {
  return servedRouter().needsFormBody(head);
}
