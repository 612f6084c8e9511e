/** What the four recorded operations have in common: the call's facts in, the upstream's bytes out. */
import { bug } from '#base';
import type { InvocationAnswer, Invocations } from '#invocation';
import type { LoggedOperation } from '#records';
import type { CallContext } from '../service.ts';
import { RawAnswer } from '../raw-answer.ts';
import { UPSTREAM_HEADER, type WellKnownModels } from './upstream-header.ts';

export interface RuntimeDependencies {
  readonly invocations: Pick<Invocations, 'invoke' | 'countTokens'>;
  readonly wellKnown: WellKnownModels;
}

export interface RuntimeCall {
  readonly operation: LoggedOperation;
  readonly modelId: string;
  readonly contentType: string;
  readonly accept: string;
  readonly requestMetadata: Readonly<Record<string, string>> | undefined;
}

/** Performs the call and hands its bytes through. */
export async function performCall(
  dependencies: RuntimeDependencies,
  call: RuntimeCall,
  context: CallContext,
): Promise<RawAnswer> {
  const answer = await dependencies.invocations.invoke({
    ...call,
    region: context.region,
    accountId: context.accountId,
    body: context.body ?? bug(`${call.operation} without a body`),
    bodySha256Hex: context.bodySha256Hex,
    bedrockHeaders: bedrockHeadersOf(context.headers),
    requestId: context.requestId,
    signal: context.signal,
    identityArn: context.caller.arn,
    audit: context.handOverAudit(),
    receivedAtMs: context.receivedAtMs,
  });
  return new RawAnswer(answerHeaders(answer, call.modelId, dependencies.wellKnown), answer.body);
}

/** The `x-amzn-bedrock-…` headers of a request: guardrail, trace, performance, service tier. Request metadata is Varve's own to keep. */
export function bedrockHeadersOf(headers: CallContext['headers']): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined && name.startsWith('x-amzn-bedrock-') && name !== METADATA_HEADER) kept[name] = value;
  }
  return kept;
}

export const METADATA_HEADER = 'x-amzn-bedrock-request-metadata';

function answerHeaders(answer: InvocationAnswer, modelId: string, wellKnown: WellKnownModels): Record<string, string> {
  const shared = {
    ...answer.bedrockHeaders,
    ...(wellKnown.has(modelId) && answer.upstream === 'local' ? { [UPSTREAM_HEADER]: 'local' } : {}),
  };
  if (answer.kind === 'whole') return { ...shared, 'content-type': answer.contentType };
  return {
    ...shared,
    'content-type': 'application/vnd.amazon.eventstream',
    'x-amzn-bedrock-content-type': answer.contentType,
  };
}
