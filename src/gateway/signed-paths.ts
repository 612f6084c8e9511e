/**
 * The signed paths under `/_varve/`: Varve's own interface for its command line and console.
 *
 * Contract
 *   - SigV4 in the Authorization header, service scope `varve`, any Region of AWS's; no presigned URLs, no API keys
 *   - resolved, verified and authorized as AWS calls are: the caller must be allowed the route's action on `*`
 *   - answers are JSON; a refusal is `{"code", "message", "requestId"}`
 *   - callers see what belongs to their account
 *   - every call whose signature holds and that a route takes is an event, source `varve`; handlers throw what they refuse
 */
import type { Caller } from '#identity';
import { denialSentence } from '#identity';
import { ApiError, authenticationError, AuthenticationFailure, parseAuthorization, verifySignature } from '#wire';
import type { WireResponse } from '#wire';
import { auditOwnCall, type OwnCall } from './auditing/index.ts';
import type { GatewayDependencies } from './deps.ts';
import type { Exchange } from './exchange.ts';
import { json } from './internal-answers.ts';
import { knownRegion } from './known-region.ts';
import { gatherBody } from './receive.ts';
import { requestContextOf } from './request-context.ts';

/** A signed request to one of Varve's own paths, from a caller who may make it. */
export interface SignedCall {
  readonly requestId: string;
  readonly caller: Caller;
  /** That the request is signed for. */
  readonly region: string;
  /** What stands in the path where the route has a name in braces, decoded. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: Buffer;
  /** Aborts when the caller goes away. */
  readonly signal: AbortSignal;
}

export interface SignedRoute {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Such as `/_varve/denials/{requestId}`: a name in braces stands for one segment. */
  readonly path: string;
  /** What the caller must be allowed on `*`, such as `varve:ExplainDenial`. */
  readonly action: string;
  handle(call: SignedCall): Promise<WireResponse>;
}

const SIGNING_NAME = 'varve';
/** The body of a signed request to one of Varve's own paths. */
const SIGNED_BODY_BYTES_MAX = 65_536;

/** The answer of a signed path, or undefined when no route has that path. */
export async function answerSigned(
  exchange: Exchange,
  gateway: GatewayDependencies,
  routes: readonly SignedRoute[],
): Promise<WireResponse | undefined> {
  const [path = '', query = ''] = exchange.head.target.split('?', 2);
  const matches = routes.flatMap((route) => {
    const parameters = match(route.path, path);
    return parameters ? [{ route, parameters }] : [];
  });
  if (matches.length === 0) return undefined;
  const { requestId } = exchange;
  try {
    const { caller, body } = await authenticate(exchange, gateway);
    const found = matches.find(({ route }) => route.method === exchange.head.method);
    if (!found) throw new ApiError('MethodNotAllowed', `${path} takes no ${exchange.head.method}.`, { status: 405 });
    const { route, parameters } = found;
    const { signal } = exchange.abort;
    const asked = new URLSearchParams(query);
    const answer = await audited(exchange, gateway, caller, route, { ...valuesOf(asked), ...parameters }, () =>
      route.handle({
        requestId,
        caller,
        region: exchange.region ?? gateway.defaultRegion,
        parameters,
        query: asked,
        body,
        signal,
      }),
    );
    return { ...answer, headers: { ...answer.headers, 'x-amzn-requestid': requestId } };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    exchange.errorCode = error.code;
    const refusal = json(error.status ?? 400, { code: error.code, message: error.message, requestId });
    return { ...refusal, headers: { ...refusal.headers, 'x-amzn-requestid': requestId } };
  }
}

/** Parameters of a query, those that come several times as lists. */
function valuesOf(query: URLSearchParams): Record<string, string | readonly string[]> {
  return Object.fromEntries(
    [...new Set(query.keys())].map((name) => {
      const values = query.getAll(name);
      return [name, values.length === 1 ? (values[0] ?? '') : values];
    }),
  );
}

/** Judges, handles and notes the call of a route: what is done with the audit trail itself, and who looks at it, stands in it too. */
async function audited(
  exchange: Exchange,
  gateway: GatewayDependencies,
  caller: Caller,
  { method, action }: SignedRoute,
  parameters: OwnCall['parameters'],
  handle: () => Promise<WireResponse>,
): Promise<WireResponse> {
  const conclude = await auditOwnCall(exchange, gateway, caller, {
    eventName: action.replace(/^varve:/, ''),
    readOnly: method === 'GET',
    parameters,
  });
  try {
    authorize(exchange, gateway, caller, action);
    const answer = await handle();
    await conclude(undefined);
    return answer;
  } catch (error) {
    await conclude(error instanceof ApiError ? error : new ApiError('InternalFailure', 'An internal error occurred.'));
    throw error;
  }
}

/** The parameters of a path that fits the route's. */
function match(pattern: string, path: string): Record<string, string> | undefined {
  const wanted = pattern.split('/');
  const given = path.split('/');
  if (wanted.length !== given.length) return undefined;
  const parameters: Record<string, string> = {};
  for (const [at, segment] of wanted.entries()) {
    const actual = given[at] ?? '';
    if (!segment.startsWith('{')) {
      if (segment !== actual) return undefined;
      continue;
    }
    const value = decoded(actual);
    if (value === undefined || value === '') return undefined;
    parameters[segment.slice(1, -1)] = value;
  }
  return parameters;
}

function decoded(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}

async function authenticate(
  exchange: Exchange,
  gateway: GatewayDependencies,
): Promise<{ caller: Caller; body: Buffer }> {
  const { identity, clock, signingKeys, spool } = gateway;
  try {
    const signed = parseAuthorization(exchange.head);
    if (signed.kind === 'anonymous') throw new AuthenticationFailure('missing');
    if (signed.kind !== 'header') throw new AuthenticationFailure('unsupported');
    const { caller, secret } = identity.resolve(signed.accessKeyId, signed.sessionToken, SIGNING_NAME);
    const region = knownRegion(signed.region, gateway, false);
    exchange.continue();
    const tooLarge = (): ApiError =>
      new ApiError('RequestEntityTooLarge', `A body has ${SIGNED_BODY_BYTES_MAX} bytes at most here.`, { status: 413 });
    const received = await gatherBody(exchange.incoming, spool, SIGNED_BODY_BYTES_MAX, tooLarge);
    verifySignature(signed, exchange.head, {
      secret,
      bodySha256Hex: received.sha256Hex,
      nowMs: clock.nowMs(),
      rule: 'standard',
      signingNames: [SIGNING_NAME],
      keys: signingKeys,
    });
    exchange.authorization = signed;
    exchange.caller = caller;
    exchange.accountId = caller.accountId;
    exchange.region = region;
    return { caller, body: await received.body.bytes() };
  } catch (error) {
    throw error instanceof AuthenticationFailure ? authenticationError(error, 'restJson1') : error;
  }
}

function authorize(exchange: Exchange, gateway: GatewayDependencies, caller: Caller, action: string): void {
  const question = { action, resource: '*' };
  const context = requestContextOf(exchange, gateway);
  const decision = gateway.authorizer.decide(caller, question, context);
  if (decision.effect === 'allow') return;
  const { requestId, receivedAtMs: atMs } = exchange;
  const request = gateway.authorizer.requestOf(caller, question, context);
  gateway.noteDenial({ requestId, atMs, caller, question, decision, request });
  throw new ApiError('AccessDeniedException', denialSentence(decision, caller.arn, question), { status: 403 });
}
