import { bug } from '#base';
import {
  authenticationError,
  AuthenticationFailure,
  declaredPayload,
  parseAuthorization,
  verifySignature,
  type VerifiedRequest,
} from '#wire';
import type { Step } from '../deps.ts';
import type { Exchange } from '../exchange.ts';
import { knownRegion } from '../known-region.ts';

/** Runs `work`, wording an authentication failure in the protocol of the call. */
function authenticated<T>({ route }: Exchange, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof AuthenticationFailure) throw authenticationError(error, route?.protocol ?? 'restJson1');
    throw error;
  }
}

/**
 * Who the request says it is from, and the key that must have signed it. An unknown key is refused before a byte of
 * the body is read.
 */
export const resolveCaller: Step = (exchange, gateway) =>
  authenticated(exchange, () => {
    const { identity, clock, defaultRegion } = gateway;
    const authorization = parseAuthorization(exchange.head);
    exchange.authorization = authorization;
    if (authorization.kind === 'anonymous') {
      const operation = exchange.route?.operation;
      if (operation && identity.allowsAnonymous(operation)) {
        exchange.region = regionOfHost(exchange, gateway) ?? defaultRegion;
        return;
      }
      throw new AuthenticationFailure('missing');
    }
    if (authorization.kind === 'bearer') {
      const resolved = identity.resolveBearer(authorization.token, exchange.route?.serviceName, clock.nowMs());
      exchange.caller = resolved.caller;
      exchange.region =
        resolved.region === undefined
          ? (regionOfHost(exchange, gateway) ?? defaultRegion)
          : knownRegion(resolved.region, gateway, false);
    } else {
      const { accessKeyId, sessionToken } = authorization;
      const signingName = exchange.route?.service.metadata.signingName;
      const { caller, secret } = identity.resolve(accessKeyId, sessionToken, signingName);
      exchange.caller = caller;
      exchange.secret = secret;
      exchange.region = knownRegion(authorization.region, gateway, ruleOf(exchange) === 's3');
    }
    exchange.accountId = exchange.caller.accountId;
  });

/**
 * Checks the signature over the head when the head declares the body's hash; the body is compared when it has come.
 * A signature that needs the body first is checked by {@link verifyBody}.
 */
export const verifyHead: Step = (exchange, gateway) =>
  authenticated(exchange, () => {
    if (exchange.authorization?.kind !== 'header' && exchange.authorization?.kind !== 'presigned') return;
    const payload = declaredPayload(exchange.authorization, ruleOf(exchange));
    // What stands there may also be no hash at all.
    if (payload.kind === 'whole' && payload.sha256Hex === undefined) return;
    exchange.verified = verify(exchange, gateway, undefined);
  });

/** Compares the body that came with the hash that was signed. */
export const verifyBody: Step = (exchange, gateway) =>
  authenticated(exchange, () => {
    if (exchange.authorization?.kind !== 'header' && exchange.authorization?.kind !== 'presigned') return;
    const { bodySha256Hex, verified } = exchange;
    if (verified === undefined) {
      exchange.verified = verify(exchange, gateway, bodySha256Hex ?? bug('a body whose hash was not computed'));
    } else if (
      bodySha256Hex !== undefined &&
      verified.payload.kind === 'whole' &&
      verified.payload.sha256Hex !== bodySha256Hex
    ) {
      throw new AuthenticationFailure('content-mismatch');
    }
  });

/** Remembers when the caller's key was last used; only requests whose signature or token held come here. */
export const noteKeyUse: Step = (exchange, { identity }) => {
  const { caller, route, region, receivedAtMs } = exchange;
  exchange.isAuthenticated = true;
  if (!caller || !route) return;
  const { signingName, name } = route.service.metadata;
  identity.noteKeyUse(caller, signingName ?? name, region, receivedAtMs);
};

function verify(
  exchange: Exchange,
  { clock, signingKeys }: Parameters<Step>[1],
  bodySha256Hex: string | undefined,
): VerifiedRequest {
  const { authorization, route, head, secret } = exchange;
  if (authorization?.kind !== 'header' && authorization?.kind !== 'presigned')
    return bug('verifying a request that is not signed');
  const { metadata } = route?.service ?? bug('verifying a request without a route');
  return verifySignature(authorization, head, {
    secret: secret ?? bug('verifying a request without a secret'),
    bodySha256Hex,
    nowMs: clock.nowMs(),
    rule: ruleOf(exchange),
    signingNames: [metadata.signingName ?? metadata.name],
    keys: signingKeys,
  });
}

function ruleOf({ route }: Exchange): 's3' | 'standard' {
  return route?.protocol === 'restXml' ? 's3' : 'standard';
}

/** `bedrock-runtime.eu-west-1.amazonaws.com` names a region; `localhost` does not. */
function regionOfHost({ head }: Exchange, { isRegion }: Parameters<Step>[1]): string | undefined {
  const host = head.headers['host'] ?? head.headers[':authority'] ?? '';
  const named = /(?:^|\.)([a-z]{2,8}(?:-[a-z]+)+-\d{1,2})\./.exec(host)?.[1];
  return named !== undefined && isRegion(named) ? named : undefined;
}
