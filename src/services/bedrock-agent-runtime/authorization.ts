/**
 * What callers must be allowed for each operation. (Sources: Service Authorization Reference, Amazon Bedrock; Bedrock User Guide,
 * "Invoke an inline agent at runtime", "Prerequisites for using knowledge bases", "Permissions for reranking".)
 *
 * The upstream sees the server's own credentials: what AWS asks of the caller besides the operation's action, such as a model that
 * works for it, is asked here. What an agent, a flow or a knowledge base does with its own role is AWS's to judge.
 */
import type {
  AgenticRetrieveStreamCommandInput,
  CreateSessionCommandInput,
  GuardrailConfiguration,
  InvokeInlineAgentCommandInput,
  KnowledgeBase,
  RerankCommandInput,
  RetrieveAndGenerateCommandInput,
  RetrieveAndGenerateStreamCommandInput,
  TagResourceCommandInput,
  UntagResourceCommandInput,
} from '@aws-sdk/client-bedrock-agent-runtime';
import type { BedrockAgentRuntimeOperation } from '#wire';
import { type AuthorizationTable, type Need, needs, type NeedScope, requestTagContext } from '../authorization.ts';
import { callNeeds } from '../call-needs.ts';
import { agentAliasArn, type AgentFacts, bedrockArn, flowArns, type FlowFacts, sessionArn } from './resources.ts';

type Generate = RetrieveAndGenerateCommandInput | RetrieveAndGenerateStreamCommandInput;

const INVOKE = 'bedrock:InvokeModel';
const INVOKE_STREAMED = 'bedrock:InvokeModelWithResponseStream';

export const bedrockAgentRuntimeAuthorization: AuthorizationTable<BedrockAgentRuntimeOperation> = {
  InvokeAgent: needs('bedrock:InvokeAgent', (input: AgentFacts, scope) => agentAliasArn(input, scope)),
  GetAgentMemory: needs('bedrock:GetAgentMemory', (input: AgentFacts, scope) => agentAliasArn(input, scope)),
  DeleteAgentMemory: needs('bedrock:DeleteAgentMemory', (input: AgentFacts, scope) => agentAliasArn(input, scope)),
  InvokeInlineAgent: inlineAgentNeeds,

  Retrieve: ({ knowledgeBaseId }: { knowledgeBaseId?: string }, scope: NeedScope) => [retrieve(knowledgeBaseId, scope)],
  RetrieveAndGenerate: (input: Generate, scope: NeedScope) => generateNeeds(input, INVOKE, scope),
  RetrieveAndGenerateStream: (input: Generate, scope: NeedScope) => generateNeeds(input, INVOKE_STREAMED, scope),
  AgenticRetrieveStream: agenticNeeds,
  GenerateQuery: needs('bedrock:GenerateQuery'),
  Rerank: rerankNeeds,
  OptimizePrompt: needs('bedrock:OptimizePrompt'),
  GetDocumentContent: needs('bedrock:GetDocumentContent'),
  GetIngestedDocumentAcl: needs('bedrock:GetIngestedDocumentAcl'),
  CheckIngestedDocumentAcl: needs('bedrock:CheckIngestedDocumentAcl'),

  InvokeFlow: onFlow('bedrock:InvokeFlow'),
  StartFlowExecution: onFlow('bedrock:StartFlowExecution'),
  StopFlowExecution: onFlow('bedrock:StopFlowExecution'),
  GetFlowExecution: onFlow('bedrock:GetFlowExecution'),
  GetExecutionFlowSnapshot: onFlow('bedrock:GetExecutionFlowSnapshot'),
  ListFlowExecutions: onFlow('bedrock:ListFlowExecutions'),
  ListFlowExecutionEvents: onFlow('bedrock:ListFlowExecutionEvents'),

  CreateSession: needs(
    'bedrock:CreateSession',
    () => '*',
    ({ tags }: CreateSessionCommandInput) => requestTagContext(tags),
  ),
  GetSession: onSession('bedrock:GetSession'),
  ListSessions: needs('bedrock:ListSessions'),
  UpdateSession: onSession('bedrock:UpdateSession'),
  EndSession: onSession('bedrock:EndSession'),
  DeleteSession: onSession('bedrock:DeleteSession'),
  CreateInvocation: onSession('bedrock:CreateInvocation'),
  ListInvocations: onSession('bedrock:ListInvocations'),
  PutInvocationStep: onSession('bedrock:PutInvocationStep'),
  GetInvocationStep: onSession('bedrock:GetInvocationStep'),
  ListInvocationSteps: onSession('bedrock:ListInvocationSteps'),

  TagResource: needs(
    'bedrock:TagResource',
    ({ resourceArn = '*' }: TagResourceCommandInput) => resourceArn,
    ({ tags }: TagResourceCommandInput) => requestTagContext(tags),
  ),
  UntagResource: needs(
    'bedrock:UntagResource',
    ({ resourceArn = '*' }: UntagResourceCommandInput) => resourceArn,
    ({ tagKeys = [] }: UntagResourceCommandInput) => ({ 'aws:TagKeys': tagKeys }),
  ),
  ListTagsForResource: needs(
    'bedrock:ListTagsForResource',
    ({ resourceArn = '*' }: { resourceArn?: string }) => resourceArn,
  ),
};

function onSession(action: string) {
  return needs(action, (input: { sessionIdentifier?: string | undefined }, scope) => sessionArn(input, scope));
}

function onFlow(action: string) {
  return (input: FlowFacts, scope: NeedScope): Need[] =>
    flowArns(input, scope).map((resource) => ({ action, resource }));
}

function retrieve(knowledgeBaseId: string | undefined, scope: NeedScope): Need {
  return { action: 'bedrock:Retrieve', resource: bedrockArn('knowledge-base', knowledgeBaseId, scope) };
}

/** The agent is nothing but the call: its models and knowledge bases, and those of its collaborators, are the caller's. */
function inlineAgentNeeds(input: InvokeInlineAgentCommandInput, scope: NeedScope): Need[] {
  const { agentName, collaborators = [], streamingConfigurations } = input;
  const action = streamingConfigurations?.streamFinalResponse === true ? INVOKE_STREAMED : INVOKE;
  return [
    {
      action: 'bedrock:InvokeInlineAgent',
      resource: '*',
      ...(agentName !== undefined && { context: { 'bedrock:InlineAgentName': agentName } }),
    },
    ...[input, ...collaborators].flatMap(({ foundationModel, knowledgeBases = [], guardrailConfiguration }) => [
      ...callNeeds(action, { modelId: foundationModel, ...guardrailConfiguration }, scope),
      ...knowledgeBases.map(({ knowledgeBaseId }: KnowledgeBase) => retrieve(knowledgeBaseId, scope)),
    ]),
  ];
}

function generateNeeds(
  { retrieveAndGenerateConfiguration: asked }: Generate,
  action: string,
  scope: NeedScope,
): Need[] {
  const found: Need[] = [{ action: 'bedrock:RetrieveAndGenerate', resource: '*' }];
  const { knowledgeBaseConfiguration: own, externalSourcesConfiguration: external } = asked ?? {};
  if (own) found.push(retrieve(own.knowledgeBaseId, scope));
  for (const each of [own, external]) {
    // Where none is named, Bedrock chooses one.
    if (each?.modelArn === undefined) continue;
    const guardrail = guardrailFacts(each.generationConfiguration?.guardrailConfiguration);
    found.push(...callNeeds(action, { modelId: each.modelArn, ...guardrail }, scope));
  }
  for (const { s3Location } of external?.sources ?? []) {
    const path = s3Location?.uri?.replace(/^s3:\/\//, '');
    if (path !== undefined) found.push({ action: 's3:GetObject', resource: `arn:aws:s3:::${path}` });
  }
  return found;
}

function agenticNeeds(input: AgenticRetrieveStreamCommandInput, scope: NeedScope): Need[] {
  const { retrievers = [], agenticRetrieveConfiguration: agent, policyConfiguration } = input;
  const { foundationModelConfiguration, rerankingConfiguration } = agent ?? {};
  const guardrail = guardrailFacts(policyConfiguration?.bedrockGuardrailConfiguration);
  const models = [
    foundationModelConfiguration?.bedrockFoundationModelConfiguration?.modelConfiguration?.modelArn,
    rerankingConfiguration?.bedrockRerankingConfiguration?.modelConfiguration?.modelArn,
  ];
  return [
    { action: 'bedrock:AgenticRetrieveStream', resource: '*' },
    ...retrievers.map(({ configuration }) => retrieve(configuration?.knowledgeBase?.knowledgeBaseId, scope)),
    ...models
      .filter((modelId) => modelId !== undefined)
      .flatMap((modelId) => callNeeds(INVOKE, { modelId, ...guardrail }, scope)),
  ];
}

function rerankNeeds({ rerankingConfiguration }: RerankCommandInput, scope: NeedScope): Need[] {
  const modelId = rerankingConfiguration?.bedrockRerankingConfiguration?.modelConfiguration?.modelArn;
  return [{ action: 'bedrock:Rerank', resource: '*' }, ...(modelId ? callNeeds(INVOKE, { modelId }, scope) : [])];
}

function guardrailFacts(guardrail: GuardrailConfiguration | undefined) {
  return { guardrailIdentifier: guardrail?.guardrailId, guardrailVersion: guardrail?.guardrailVersion };
}
