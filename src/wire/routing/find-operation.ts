/** From a service and a request to the operation, for each way in which protocols name it. */
import { bug } from '#base';
import { ApiError } from '../errors.ts';
import { parseForm, parseQuery, type QueryParameters } from '../query-string.ts';
import type { Operation, ServiceSchema } from '../schema.ts';
import type { ProtocolName, RequestHead, Route, ServiceName } from '../types.ts';
import { matchesPattern } from '../validation/patterns.ts';
import { RestRoutes } from './rest-routes.ts';
import { s3Address } from './s3-address.ts';
import { S3Routes } from './s3-routes.ts';
import { hostOf, splitRpcPath, splitTarget } from './service-hints.ts';

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

export interface Entry extends RoutedService {
  readonly signingName: string;
  readonly target: string;
  readonly protocol: ProtocolName;
  readonly routes: RestRoutes | S3Routes | undefined;
}

export function entryOf({ name, schema }: RoutedService): Entry {
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

export function hasBuckets({ schema }: Entry): boolean {
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

export function routeRpc(head: RequestHead, candidates: readonly Entry[]): Route {
  const rpc = head.method === 'POST' ? splitRpcPath(head.target) : undefined;
  const entry =
    rpc && candidates.find(({ target, schema }) => target === rpc.service || schema.metadata.name === rpc.service);
  // REST services have no RPC form; every operation of the others can be called this way.
  if (!rpc || !entry || entry.routes || !entry.schema.operation(rpc.operation)) throw unknownOperation('rpcv2Cbor');
  return makeRoute(head, entry, rpc.operation, 'rpcv2Cbor');
}

export function targetOf(head: RequestHead): { readonly service: string } | undefined {
  const target = head.headers['x-amz-target'];
  return target === undefined ? undefined : splitTarget(target);
}

export function routeTarget(head: RequestHead, text: string, first: Entry, candidates: readonly Entry[]): Route {
  const { service, operation } = splitTarget(text);
  const entry = candidates.find(({ target }) => target === service);
  if (!entry?.schema.operation(operation)) throw unknownOperation(first.protocol);
  return makeRoute(head, entry, operation, entry.protocol);
}

export function actionOf(
  head: RequestHead,
  { formBody }: RouteHints,
): { readonly name: string; readonly version: string } | undefined {
  if (!formBody && !head.target.includes('Action=')) return undefined;
  const query = parseQuery(head.target);
  const form = query.has('Action') || !formBody ? query : parseForm(formBody.toString('utf8'));
  const name = form.get('Action')?.[0];
  return name === undefined ? undefined : { name, version: form.get('Version')?.[0] ?? '' };
}

export function routeAction(head: RequestHead, hints: RouteHints, entry: Entry): Route {
  const action = actionOf(head, hints);
  if (!action) throw new ApiError('MissingAction', 'The request must contain the parameter Action.', { status: 400 });
  if (!entry.schema.operation(action.name)) {
    const message = `Could not find operation ${action.name} for version ${action.version || 'NO_VERSION_SPECIFIED'}`;
    throw new ApiError('InvalidAction', message, { status: 400 });
  }
  return makeRoute(head, entry, action.name, 'awsQuery');
}

/** Nothing longer is matched with a pattern before it is known who asks. */
const ARN_CHARS_MAX = 2048;

/** A route of one service; `isSure` unless another's of the same path may be meant. */
export interface RestRoute {
  readonly route: Route;
  readonly isSure: boolean;
}

export function routeRest(head: RequestHead, hints: RouteHints, entry: Entry): RestRoute | undefined {
  const end = head.target.indexOf('?');
  const path = end === -1 ? head.target : head.target.slice(0, end);
  if (!path.startsWith('/')) return undefined;
  let parsed: QueryParameters | undefined;
  const query = (): QueryParameters => (parsed ??= parseQuery(head.target));
  const { routes } = entry;
  if (!(routes instanceof S3Routes)) {
    const match = routes?.match(head.method, path, query);
    if (!match) return undefined;
    const route = makeRoute(head, entry, match.operation, entry.protocol, match.labels, parsed);
    return { route, isSure: match.endsAlike && namesOwn(route) };
  }
  const address = s3Address(path, hostOf(head), hints.hostNames);
  if (!address) throw new ApiError('InvalidURI', "Couldn't parse the specified URI.", { status: 400 });
  const match = routes.match(head.method, address, query(), head.headers);
  return (
    match && { route: makeRoute(head, entry, match.operation, entry.protocol, match.labels, parsed), isSure: true }
  );
}

/** Both services of agents have `/tags/{resourceArn}`: which of them is meant, the kind of ARN tells. */
function namesOwn({ operation, labels }: Route): boolean {
  const { resourceArn } = labels;
  if (resourceArn === undefined || operation.input.kind !== 'structure') return true;
  const pattern = operation.input.members.get('resourceArn')?.traits.$pattern;
  return pattern === undefined || (resourceArn.length <= ARN_CHARS_MAX && matchesPattern(pattern, resourceArn));
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

export function unknownService(scope: string | undefined, protocol: ProtocolName): ApiError {
  const { code, status } = unknownOperation(protocol);
  const message = scope === undefined ? '' : `This endpoint does not serve the service ${JSON.stringify(scope)}.`;
  return new ApiError(code, message, status === undefined ? {} : { status });
}
