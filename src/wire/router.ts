/**
 * Which operation of which service a request calls, and in which protocol.
 *
 * The service is the one in the SigV4 credential scope; without one it is told by a bearer key (Bedrock), the Host,
 * X-Amz-Target, an RPC path, the form's Action, or a path of Bedrock's; what is left is S3, where anonymous
 * requests are a matter of course. The operation is then found by smithy-protocol, X-Amz-Target, Action, REST route, in
 * that order (P5 of aws-wire.md). awsQuery has its Action in the body, so routing takes two steps:
 * `needsFormBody(head)`, then `routeRequest(head, { formBody })`.
 */
import { bug } from '#base';
import { ApiError } from './errors.ts';
import { parseForm, parseQuery, type QueryParameters } from './query-string.ts';
import { RestRoutes } from './routing/rest-routes.ts';
import { s3Address } from './routing/s3-address.ts';
import { S3Routes } from './routing/s3-routes.ts';
import {
  hasBearerKey,
  hasFormType,
  hostOf,
  hostService,
  scopeService,
  splitRpcPath,
  splitTarget,
} from './routing/service-hints.ts';
import type { Operation, ServiceSchema } from './schema.ts';
import { loadService, SERVICE_NAMES } from './services.ts';
import type { ProtocolName, RequestHead, Route, ServiceName } from './types.ts';

export interface RouteHints {
  /** The body of a request for which `needsFormBody` is true. */
  readonly formBody?: Buffer;
  /** Host names of this server under which `<bucket>.<name>` is a bucket; `localhost` always is one. */
  readonly hostNames?: readonly string[];
}

/** A service that a router knows. */
export interface RoutedService {
  readonly name: ServiceName;
  readonly schema: ServiceSchema;
}

interface Entry extends RoutedService {
  readonly signingName: string;
  readonly target: string;
  readonly protocol: ProtocolName;
  readonly routes: RestRoutes | S3Routes | undefined;
}

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
    for (const each of candidates) {
      const found = each.protocol === 'awsQuery' ? routeAction(head, hints, each) : routeRest(head, hints, each);
      if (found) return found;
    }
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

function entryOf({ name, schema }: RoutedService): Entry {
  const { metadata } = schema;
  let routes: RestRoutes | S3Routes | undefined;
  const protocol = schema.protocol as ProtocolName;
  return {
    name,
    schema,
    protocol,
    signingName: metadata.signingName ?? name,
    target: metadata.target ?? metadata.name,
    get routes() {
      if (protocol !== 'restJson1' && protocol !== 'restXml') return undefined;
      routes ??= metadata.noErrorWrapping === true ? new S3Routes(schema) : new RestRoutes(schema);
      return routes;
    },
  };
}

function hasBuckets({ schema }: Entry): boolean {
  return schema.metadata.noErrorWrapping === true;
}

function makeRoute(
  head: RequestHead,
  entry: Entry,
  name: string,
  protocol: ProtocolName,
  labels: Readonly<Record<string, string>> = {},
  query?: QueryParameters,
): Route {
  const operation: Operation = entry.schema.operation(name) ?? bug(`the route to ${name} leads nowhere`);
  const queryMode = head.headers['x-amzn-query-mode'] === 'true';
  const route = { service: entry.schema, serviceName: entry.name, operation, protocol, labels, queryMode };
  return query ? { ...route, query } : route;
}

function routeRpc(head: RequestHead, candidates: readonly Entry[]): Route {
  const rpc = head.method === 'POST' ? splitRpcPath(head.target) : undefined;
  const entry =
    rpc && candidates.find(({ target, schema }) => target === rpc.service || schema.metadata.name === rpc.service);
  // REST services have no RPC form; every operation of the others can be called this way.
  if (!rpc || !entry || entry.routes || !entry.schema.operation(rpc.operation)) throw unknownOperation('rpcv2Cbor');
  return makeRoute(head, entry, rpc.operation, 'rpcv2Cbor');
}

function targetOf(head: RequestHead): { readonly service: string } | undefined {
  const target = head.headers['x-amz-target'];
  return target === undefined ? undefined : splitTarget(target);
}

function routeTarget(head: RequestHead, text: string, first: Entry, candidates: readonly Entry[]): Route {
  const { service, operation } = splitTarget(text);
  const entry = candidates.find(({ target }) => target === service);
  if (!entry?.schema.operation(operation)) throw unknownOperation(first.protocol);
  return makeRoute(head, entry, operation, entry.protocol);
}

function actionOf(
  head: RequestHead,
  { formBody }: RouteHints,
): { readonly name: string; readonly version: string } | undefined {
  if (!formBody && !head.target.includes('Action=')) return undefined;
  const query = parseQuery(head.target);
  const form = query.has('Action') || !formBody ? query : parseForm(formBody.toString('utf8'));
  const name = form.get('Action')?.[0];
  return name === undefined ? undefined : { name, version: form.get('Version')?.[0] ?? '' };
}

function routeAction(head: RequestHead, hints: RouteHints, entry: Entry): Route {
  const action = actionOf(head, hints);
  if (!action) throw new ApiError('MissingAction', 'The request must contain the parameter Action.', { status: 400 });
  if (!entry.schema.operation(action.name)) {
    const message = `Could not find operation ${action.name} for version ${action.version || 'NO_VERSION_SPECIFIED'}`;
    throw new ApiError('InvalidAction', message, { status: 400 });
  }
  return makeRoute(head, entry, action.name, 'awsQuery');
}

function routeRest(head: RequestHead, hints: RouteHints, entry: Entry): Route | undefined {
  const end = head.target.indexOf('?');
  const path = end === -1 ? head.target : head.target.slice(0, end);
  if (!path.startsWith('/')) return undefined;
  let parsed: QueryParameters | undefined;
  const query = (): QueryParameters => (parsed ??= parseQuery(head.target));
  const { routes } = entry;
  if (!(routes instanceof S3Routes)) {
    const match = routes?.match(head.method, path, query);
    return match && makeRoute(head, entry, match.operation, entry.protocol, match.labels, parsed);
  }
  const address = s3Address(path, hostOf(head), hints.hostNames);
  if (!address) throw new ApiError('InvalidURI', "Couldn't parse the specified URI.", { status: 400 });
  const match = routes.match(head.method, address, query(), head.headers);
  return match && makeRoute(head, entry, match.operation, entry.protocol, match.labels, parsed);
}

/** AWS's error for an operation that does not exist, in each protocol's way (aws-wire.md §5). */
export function unknownOperation(protocol: ProtocolName): ApiError {
  switch (protocol) {
    case 'restXml':
      return new ApiError('MethodNotAllowed', 'The specified method is not allowed against this resource.', {
        status: 405,
      });
    case 'awsQuery':
      return new ApiError('InvalidAction', 'Could not find the operation.', { status: 400 });
    case 'awsJson1_0':
    case 'awsJson1_1':
      return new ApiError('UnknownOperationException', '', { status: 400 });
    default:
      return new ApiError('UnknownOperationException', '', { status: 404 });
  }
}

function unknownService(scope: string | undefined, protocol: ProtocolName): ApiError {
  const { code, status } = unknownOperation(protocol);
  const message = scope === undefined ? '' : `This endpoint does not serve the service ${JSON.stringify(scope)}.`;
  return new ApiError(code, message, status === undefined ? {} : { status });
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
