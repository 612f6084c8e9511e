/**
 * What the data events of the Bedrock services are about: the types that selectors name, and the ARNs.
 * (Sources: Bedrock User Guide, "Monitor Amazon Bedrock API calls using CloudTrail"; CloudTrail User Guide, "Logging data
 * events"; spec: cloudtrail.md §2. Where a call names no single thing, the resource has its type alone, so that selectors
 * find it.)
 */
import type { AuditScope } from '#audit';
import { type AuditResource, isInferenceProfile } from '#records';
import { resourceOf } from './audit-rows.ts';

type Id = string | undefined;

/** The ARN of what is given by its id or its ARN. */
function arnOf({ region, accountId }: AuditScope, path: string, id: Id): Id {
  if (id === undefined || id.startsWith('arn:')) return id;
  return `arn:aws:bedrock:${region}:${accountId}:${path}/${id}`;
}

function bedrock(type: string, arn: Id, { accountId }: AuditScope): AuditResource {
  return resourceOf(`AWS::Bedrock::${type}`, arn, accountId);
}

export function agentAlias(input: { agentId?: Id; agentAliasId?: Id }, scope: AuditScope): AuditResource[] {
  const arn = arnOf(scope, 'agent-alias', `${input.agentId}/${input.agentAliasId}`);
  return [bedrock('AgentAlias', arn, scope)];
}

/** An agent that is nothing but its call has no ARN. */
export function inlineAgent(_input: unknown, scope: AuditScope): AuditResource[] {
  return [bedrock('InlineAgent', undefined, scope)];
}

export function knowledgeBase(input: { knowledgeBaseId?: Id }, scope: AuditScope): AuditResource[] {
  return [bedrock('KnowledgeBase', arnOf(scope, 'knowledge-base', input.knowledgeBaseId), scope)];
}

/** Of RetrieveAndGenerate: none in particular when the sources come with the call. */
export function generatingKnowledgeBase(
  input: { retrieveAndGenerateConfiguration?: { knowledgeBaseConfiguration?: { knowledgeBaseId?: Id } } },
  scope: AuditScope,
): AuditResource[] {
  const { knowledgeBaseConfiguration = {} } = input.retrieveAndGenerateConfiguration ?? {};
  return knowledgeBase(knowledgeBaseConfiguration, scope);
}

/** Of AgenticRetrieveStream: each that it may look into. */
export function retrievedKnowledgeBases(
  input: { retrievers?: { configuration?: { knowledgeBase?: { knowledgeBaseId?: Id } } }[] },
  scope: AuditScope,
): AuditResource[] {
  const ids = new Set((input.retrievers ?? []).map((each) => each.configuration?.knowledgeBase?.knowledgeBaseId));
  return [...(ids.size > 0 ? ids : [undefined])].flatMap((knowledgeBaseId) =>
    knowledgeBase({ knowledgeBaseId }, scope),
  );
}

/** Of GenerateQuery, which names it by its ARN. */
export function queriedKnowledgeBase(
  input: {
    transformationConfiguration?: {
      textToSqlConfiguration?: { knowledgeBaseConfiguration?: { knowledgeBaseArn?: Id } };
    };
  },
  scope: AuditScope,
): AuditResource[] {
  const { knowledgeBaseConfiguration } = input.transformationConfiguration?.textToSqlConfiguration ?? {};
  return knowledgeBase({ knowledgeBaseId: knowledgeBaseConfiguration?.knowledgeBaseArn }, scope);
}

interface FlowInput {
  readonly flowIdentifier?: Id;
  readonly flowAliasIdentifier?: Id;
  readonly executionIdentifier?: Id;
}

/** `flow/ID/alias/ALIAS`; either may be an ARN already, the alias' one says it all. */
function flowArn({ flowIdentifier, flowAliasIdentifier }: FlowInput, scope: AuditScope): Id {
  if (flowAliasIdentifier?.startsWith('arn:')) return flowAliasIdentifier;
  const flow = arnOf(scope, 'flow', flowIdentifier);
  return flow === undefined || flowAliasIdentifier === undefined ? flow : `${flow}/alias/${flowAliasIdentifier}`;
}

export function flowAlias(input: FlowInput, scope: AuditScope): AuditResource[] {
  return [bedrock('FlowAlias', flowArn(input, scope), scope)];
}

export function flowExecution(input: FlowInput, scope: AuditScope): AuditResource[] {
  const { executionIdentifier: execution } = input;
  const alias = flowArn(input, scope);
  if (execution?.startsWith('arn:')) return [bedrock('FlowExecution', execution, scope)];
  const arn = execution === undefined ? alias : `${alias}/execution/${execution}`;
  return [bedrock('FlowExecution', arn, scope)];
}

export function guardrail(input: { guardrailIdentifier?: Id }, scope: AuditScope): AuditResource[] {
  return [bedrock('Guardrail', arnOf(scope, 'guardrail', input.guardrailIdentifier), scope)];
}

export function session(input: { sessionIdentifier?: Id; resourceArn?: Id }, scope: AuditScope): AuditResource[] {
  const arn = input.resourceArn ?? arnOf(scope, 'session', input.sessionIdentifier);
  return [bedrock('Session', arn, scope)];
}

/** Foundation models belong to no account; profiles do. */
function modelArn(modelId: Id, scope: AuditScope): Id {
  if (modelId === undefined || modelId.startsWith('arn:')) return modelId;
  if (isInferenceProfile(modelId)) return arnOf(scope, 'inference-profile', modelId);
  return `arn:aws:bedrock:${scope.region}::foundation-model/${modelId}`;
}

export function model(input: { modelId?: Id; targetModelId?: Id }, scope: AuditScope): AuditResource[] {
  return [bedrock('Model', modelArn(input.modelId ?? input.targetModelId, scope), scope)];
}

/** Of Rerank. */
export function rerankingModel(
  input: {
    rerankingConfiguration?: { bedrockRerankingConfiguration?: { modelConfiguration?: { modelArn?: Id } } };
  },
  scope: AuditScope,
): AuditResource[] {
  const { modelConfiguration } = input.rerankingConfiguration?.bedrockRerankingConfiguration ?? {};
  return model({ modelId: modelConfiguration?.modelArn }, scope);
}

/** A call and the model it is of: an invocation that is only being started has no ARN, one that is asked for tells no model. */
export function asyncInvoke(input: { modelId?: Id; invocationArn?: Id }, scope: AuditScope): AuditResource[] {
  return [...model(input, scope), bedrock('AsyncInvoke', arnOf(scope, 'async-invoke', input.invocationArn), scope)];
}

/** AWS's pages name the type in two ways: selectors find it by either. */
export function prompt(input: { modelId?: Id }, scope: AuditScope): AuditResource[] {
  return ['PromptVersion', 'Prompt'].map((type) => bedrock(type, arnOf(scope, 'prompt', input.modelId), scope));
}
