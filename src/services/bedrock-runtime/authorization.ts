import type {
  ApplyGuardrailCommandInput,
  ConverseCommandInput,
  ConverseStreamCommandInput,
  CountTokensCommandInput,
  GetAsyncInvokeCommandInput,
  InvokeModelCommandInput,
  InvokeModelWithResponseStreamCommandInput,
  StartAsyncInvokeCommandInput,
} from '@aws-sdk/client-bedrock-runtime';
import type { BedrockRuntimeOperation } from '#wire';
import { type AuthorizationTable, type Need, needs, type NeedScope } from '../authorization.ts';
import { callNeeds, guardrailArn } from '../call-needs.ts';

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
  ApplyGuardrail: needs('bedrock:ApplyGuardrail', ({ guardrailIdentifier = '' }: ApplyGuardrailCommandInput, scope) =>
    guardrailArn(guardrailIdentifier, scope),
  ),
  InvokeGuardrailChecks: needs('bedrock:InvokeGuardrailChecks'),
  StartAsyncInvoke: asyncInvokeNeeds,
  GetAsyncInvoke: needs(
    'bedrock:GetAsyncInvoke',
    ({ invocationArn = '*' }: GetAsyncInvokeCommandInput) => invocationArn,
  ),
  ListAsyncInvokes: needs('bedrock:ListAsyncInvokes'),
};

/** The upstream writes the output with the server's own credentials: the caller must be allowed to write there. */
function asyncInvokeNeeds({ modelId, outputDataConfig }: StartAsyncInvokeCommandInput, scope: NeedScope): Need[] {
  const path = outputDataConfig?.s3OutputDataConfig?.s3Uri?.replace(/^s3:\/\//, '').replace(/\/*$/, '/*');
  const output: Need[] = path === undefined ? [] : [{ action: 's3:PutObject', resource: `arn:aws:s3:::${path}` }];
  return [...callNeeds(WHOLE, { modelId }, scope), ...output];
}

function ofInvoke(action: string) {
  return ({ modelId, guardrailIdentifier, guardrailVersion, serviceTier }: Invoke, scope: NeedScope) =>
    callNeeds(action, { modelId, guardrailIdentifier, guardrailVersion, serviceTier }, scope);
}

function ofConverse(action: string) {
  return ({ modelId, guardrailConfig, serviceTier }: Converse, scope: NeedScope) =>
    callNeeds(action, { modelId, ...guardrailConfig, serviceTier: serviceTier?.type }, scope);
}
