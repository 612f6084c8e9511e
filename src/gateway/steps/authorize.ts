import { bug } from '#base';
import { type AccessDecision, type AccessQuestion, type Caller, denialSentence, type RequestContext } from '#identity';
import type { Need } from '#services';
import { ApiError } from '#wire';
import type { GatewayDependencies, Step } from '../deps.ts';
import type { Exchange } from '../exchange.ts';
import { requestContextOf } from '../request-context.ts';

/**
 * Whether the caller may do what the request asks for: every need of the operation's rule, in order. An operation that Varve
 * lacks needs the action of its name, so that only those who may use it are told that it is not there.
 */
export const authorize: Step = (exchange, gateway) => {
  const rule = ruleOf(exchange, gateway);
  if (rule === 'anyone') return;
  const caller = exchange.caller ?? bug('authorizing without a caller');
  const requestContext = requestContextOf(exchange);
  for (const need of bearerNeeds(caller).concat(rule))
    refuseUnlessAllowed(exchange, gateway, caller, need, requestContext);
};

/** Asked by handlers for what only they can tell: each key of DeleteObjects, or what a service does for its caller. */
export function mayOf(
  exchange: Exchange,
  { authorizer }: GatewayDependencies,
): (question: AccessQuestion) => AccessDecision {
  const caller = exchange.caller;
  if (!caller) return () => bug('a question of access without a caller');
  return (question) => authorizer.decide(caller, question, requestContextOf(exchange));
}

function ruleOf(
  { route, operation, input, accountId, region, caller }: Exchange,
  { services, identity: { directory } }: GatewayDependencies,
) {
  const { operation: asked, service, serviceName } = route ?? bug('authorizing without a route');
  const table = services.get(serviceName)?.authorization;
  const rule = table && Object.hasOwn(table, asked.name) ? table[asked.name] : undefined;
  if (rule === 'anyone') return rule;
  if (rule && operation && caller) return rule(input as never, { accountId, region, directory, caller });
  return [{ action: `${service.metadata.signingName ?? service.metadata.name}:${asked.name}`, resource: '*' }];
}

/** Who comes with a Bedrock API key must be allowed to use one at all. (Bedrock User Guide, "API keys".) */
function bearerNeeds({ bearer }: Caller): Need[] {
  if (bearer === undefined) return [];
  return [{ action: 'bedrock:CallWithBearerToken', resource: '*', context: { 'bedrock:BearerTokenType': bearer } }];
}

function refuseUnlessAllowed(
  exchange: Exchange,
  { authorizer, noteDenial }: GatewayDependencies,
  caller: Caller,
  need: Need,
  requestContext: RequestContext,
): void {
  const decision = authorizer.decide(caller, need, requestContext);
  if (decision.effect === 'allow') return;
  const message = denialSentence(decision, caller.arn, need);
  noteDenial({ requestId: exchange.requestId, atMs: exchange.receivedAtMs, caller, need, decision });
  throw accessDenied(exchange, message);
}

function accessDenied({ route }: Exchange, message: string): ApiError {
  const plain = route?.protocol === 'restXml' || route?.protocol === 'awsQuery';
  // awsJson answers 400 to all that the caller did wrong.
  const status = route?.protocol === 'awsJson1_0' || route?.protocol === 'awsJson1_1' ? 400 : 403;
  return new ApiError(plain ? 'AccessDenied' : 'AccessDeniedException', message, { status });
}
