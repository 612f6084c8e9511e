import type {
  ConverseCommandInput,
  ConverseStreamCommandInput,
  CountTokensCommandInput,
  InvokeModelCommandInput,
  InvokeModelWithResponseStreamCommandInput,
} from '@aws-sdk/client-bedrock-runtime';
import type { BedrockRuntimeOperation } from '#wire';
import type { AuthorizationTable, NeedScope } from '../authorization.ts';
import { callNeeds } from './call-needs.ts';

type Invoke = InvokeModelCommandInput | InvokeModelWithResponseStreamCommandInput;
type Converse = ConverseCommandInput | ConverseStreamCommandInput;

const WHOLE = 'bedrock:InvokeModel';
const STREAMED = 'bedrock:InvokeModelWithResponseStream';

/** What callers must be allowed for each operation: Converse is an InvokeModel. (Service Authorization Reference, Amazon Bedrock.) */
export const bedrockRuntimeAuthorization: AuthorizationTable<BedrockRuntimeOperation> = {
  InvokeModel: ofInvoke(WHOLE),
  InvokeModelWithResponseStream: ofInvoke(STREAMED),
  Converse: ofConverse(WHOLE),
  ConverseStream: ofConverse(STREAMED),
  CountTokens: ({ modelId }: CountTokensCommandInput, scope: NeedScope) =>
    callNeeds('bedrock:CountTokens', { modelId }, scope),
};

function ofInvoke(action: string) {
  return ({ modelId, guardrailIdentifier, guardrailVersion, serviceTier }: Invoke, scope: NeedScope) =>
    callNeeds(action, { modelId, guardrailIdentifier, guardrailVersion, serviceTier }, scope);
}

function ofConverse(action: string) {
  return ({ modelId, guardrailConfig, serviceTier }: Converse, scope: NeedScope) =>
    callNeeds(action, { modelId, ...guardrailConfig, serviceTier: serviceTier?.type }, scope);
}
