import { bug } from '#base';
import { type AccessQuestion, type Caller, denialSentence, type Judgement } from '#identity';
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
  const { caller, operation, route } = exchange;
  const rule = ruleOf(exchange, gateway);
  if (rule === 'anyone') return;
  if (!caller) {
    // Of AWS's unsigned operations: the handler judges what they bring, such as a token; or whoever sent it is told that it
    // is not there.
    if (!operation || (route && gateway.identity.allowsAnonymous(route.operation))) return;
    return bug('authorizing without a caller');
  }
  for (const need of bearerNeeds(caller)) refuseUnlessAllowed(exchange, gateway, caller, need);
  for (const need of rule) refuseUnlessAllowed(exchange, gateway, caller, need);
};

/** Asked by handlers for what only they can tell: each key of DeleteObjects, or what a service does for its caller. */
export function mayOf(
  exchange: Exchange,
  gateway: GatewayDependencies,
): (question: AccessQuestion, as?: Caller) => Judgement {
  let noted = false;
  return (question, as = exchange.caller) => {
    const caller = as ?? bug('a question of access without a caller');
    exchange.foundCaller ??= caller;
    const judgement = gateway.authorizer.decide(caller, question, requestContextOf(exchange, gateway));
    // One is enough to explain a request, which may ask a thousand times.
    if (judgement.effect !== 'allow' && !noted) {
      noted = true;
      note(exchange, gateway, caller, question, judgement);
    }
    return judgement;
  };
}

function ruleOf(
  { route, operation, input, accountId, region, caller }: Exchange,
  { services, identity: { directory } }: GatewayDependencies,
): 'anyone' | readonly Need[] {
  const { operation: asked, service, serviceName } = route ?? bug('authorizing without a route');
  const table = services.get(serviceName)?.authorization;
  const rule = table && Object.hasOwn(table, asked.name) ? table[asked.name] : undefined;
  if (rule === 'anyone') return rule;
  if (!operation) {
    return [{ action: `${service.metadata.signingName ?? service.metadata.name}:${asked.name}`, resource: '*' }];
  }
  if (!rule) return bug(`no rule says who may call ${serviceName} ${asked.name}`);
  return caller ? rule(input as never, { accountId, region, directory, caller }) : [];
}

/** Who comes with a Bedrock API key must be allowed to use one at all. (Bedrock User Guide, "API keys".) */
function bearerNeeds({ bearer }: Caller): readonly Need[] {
  if (bearer === undefined) return [];
  return [{ action: 'bedrock:CallWithBearerToken', resource: '*', context: { 'bedrock:BearerTokenType': bearer } }];
}

function refuseUnlessAllowed(exchange: Exchange, gateway: GatewayDependencies, caller: Caller, need: Need): void {
  const judgement = gateway.authorizer.decide(caller, need, requestContextOf(exchange, gateway));
  if (judgement.effect === 'allow') return;
  note(exchange, gateway, caller, need, judgement);
  const service = exchange.route && gateway.services.get(exchange.route.serviceName);
  const message = service?.denialMessage?.(judgement, caller, need) ?? denialSentence(judgement, caller.arn, need);
  exchange.isDenied = true;
  throw accessDenied(exchange, message, service?.denialCode);
}

function note(
  exchange: Exchange,
  gateway: GatewayDependencies,
  caller: Caller,
  question: AccessQuestion,
  decision: Judgement,
): void {
  const { requestId, receivedAtMs: atMs } = exchange;
  const request = gateway.authorizer.requestOf(caller, question, requestContextOf(exchange, gateway));
  gateway.noteDenial({ requestId, atMs, caller, question, decision, request });
}

function accessDenied({ route }: Exchange, message: string, code: string | undefined): ApiError {
  const plain = route?.protocol === 'restXml' || route?.protocol === 'awsQuery';
  // awsJson answers 400 to all that the caller did wrong.
  const status = route?.protocol === 'awsJson1_0' || route?.protocol === 'awsJson1_1' ? 400 : 403;
  return new ApiError(code ?? (plain ? 'AccessDenied' : 'AccessDeniedException'), message, { status });
}
