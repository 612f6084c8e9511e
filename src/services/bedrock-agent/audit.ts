import type { AuditTable } from '#audit';
import type { BedrockAgentOperation } from '#wire';
import { changes, data, reads, under } from '../audit-rows.ts';
import { knowledgeBase } from '../bedrock-resources.ts';

const PAGE = ['maxResults', 'nextToken'];
const TOKEN = 'clientToken';
const VERSION = ['agentId', 'agentVersion'];
const SOURCE = ['knowledgeBaseId', 'dataSourceId'];

const AGENT_SETTINGS = [
  'agentName',
  'instruction!',
  'description!',
  'promptOverrideConfiguration!',
  'foundationModel',
  'orchestrationType',
  'customOrchestration',
  'idleSessionTTLInSeconds',
  'agentResourceRoleArn',
  'customerEncryptionKeyArn',
  'guardrailConfiguration',
  'memoryConfiguration',
  'agentCollaboration',
];
const AGENT = under('agent', [
  'agentId',
  'agentName',
  'agentArn',
  'agentVersion',
  'agentStatus',
  'createdAt',
  'updatedAt',
]);

const ACTION_GROUP_SETTINGS = [
  'actionGroupName',
  'description!',
  'parentActionGroupSignature',
  'actionGroupExecutor',
  'apiSchema.s3',
  'apiSchema.payload!',
  'actionGroupState',
];
const ACTION_GROUP = under('agentActionGroup', [...VERSION, 'actionGroupId', 'actionGroupName', 'actionGroupState']);

const COLLABORATOR_SETTINGS = [
  'agentDescriptor',
  'collaboratorName',
  'collaborationInstruction!',
  'relayConversationHistory',
];
const COLLABORATOR = under('agentCollaborator', [...VERSION, 'collaboratorId', 'collaboratorName', 'agentDescriptor']);

const AGENT_ALIAS = under('agentAlias', [
  'agentId',
  'agentAliasId',
  'agentAliasName',
  'agentAliasArn',
  'agentAliasStatus',
]);
const AGENT_KNOWLEDGE_BASE = under('agentKnowledgeBase', [...VERSION, 'knowledgeBaseId', 'knowledgeBaseState']);

const KNOWLEDGE_BASE_SETTINGS = [
  'name',
  'description!',
  'roleArn',
  'knowledgeBaseConfiguration.type',
  'knowledgeBaseConfiguration.vectorKnowledgeBaseConfiguration.embeddingModelArn',
  'knowledgeBaseConfiguration.kendraKnowledgeBaseConfiguration.kendraIndexArn',
  'storageConfiguration.type',
];
const KNOWLEDGE_BASE = under('knowledgeBase', ['knowledgeBaseId', 'name', 'knowledgeBaseArn', 'roleArn', 'status']);

const DATA_SOURCE_SETTINGS = [
  'name',
  'description!',
  'dataSourceConfiguration.type',
  'dataSourceConfiguration.s3Configuration.bucketArn',
  'dataSourceConfiguration.s3Configuration.bucketOwnerAccountId',
  'dataDeletionPolicy',
  'serverSideEncryptionConfiguration',
];
const DATA_SOURCE = under('dataSource', [...SOURCE, 'name', 'status']);
const INGESTION_JOB = under('ingestionJob', [...SOURCE, 'ingestionJobId', 'status', 'startedAt']);

const FLOW_SETTINGS = ['name', 'description!', 'definition!', 'executionRoleArn', 'customerEncryptionKeyArn'];
const FLOW = ['id', 'arn', 'name', 'status', 'version', 'createdAt'];
const FLOW_ALIAS_SETTINGS = [
  'flowIdentifier',
  'name',
  'description!',
  'routingConfiguration',
  'concurrencyConfiguration',
];
const FLOW_ALIAS = ['flowId', 'id', 'arn', 'name', 'createdAt', 'updatedAt'];

const PROMPT_SETTINGS = ['name', 'description!', 'variants!', 'defaultVariant', 'customerEncryptionKeyArn'];
const PROMPT = ['id', 'arn', 'name', 'version', 'createdAt', 'updatedAt'];

/**
 * What CloudTrail tells of Agents for Amazon Bedrock: an allow-list, as of Bedrock (`bedrock/audit.ts`). Never an
 * instruction, a prompt's variants, a flow's definition or a document.
 * (Sources: Bedrock User Guide, "Monitor Amazon Bedrock API calls using CloudTrail"; spec: cloudtrail.md §1.3, §2.)
 */
export const bedrockAgentAudit: AuditTable<BedrockAgentOperation> = {
  eventSource: 'bedrock.amazonaws.com',
  times: 'iso',
  operations: {
    // Agents
    CreateAgent: changes([...AGENT_SETTINGS, 'tags', TOKEN], AGENT),
    UpdateAgent: changes(['agentId', ...AGENT_SETTINGS], AGENT),
    PrepareAgent: changes(['agentId'], ['agentId', 'agentStatus', 'agentVersion', 'preparedAt']),
    DeleteAgent: changes(['agentId', 'skipResourceInUseCheck'], ['agentId', 'agentStatus']),
    GetAgent: reads(['agentId']),
    ListAgents: reads(PAGE),
    DeleteAgentVersion: changes([...VERSION, 'skipResourceInUseCheck'], [...VERSION, 'agentStatus']),
    GetAgentVersion: reads(VERSION),
    ListAgentVersions: reads(['agentId', ...PAGE]),

    // Aliases of agents
    CreateAgentAlias: changes(
      ['agentId', 'agentAliasName', 'description!', 'routingConfiguration', 'tags', TOKEN],
      AGENT_ALIAS,
    ),
    UpdateAgentAlias: changes(
      ['agentId', 'agentAliasId', 'agentAliasName', 'description!', 'routingConfiguration', 'aliasInvocationState'],
      AGENT_ALIAS,
    ),
    DeleteAgentAlias: changes(['agentId', 'agentAliasId'], ['agentId', 'agentAliasId', 'agentAliasStatus']),
    GetAgentAlias: reads(['agentId', 'agentAliasId']),
    ListAgentAliases: reads(['agentId', ...PAGE]),

    // Action groups
    CreateAgentActionGroup: changes([...VERSION, ...ACTION_GROUP_SETTINGS, TOKEN], ACTION_GROUP),
    UpdateAgentActionGroup: changes([...VERSION, 'actionGroupId', ...ACTION_GROUP_SETTINGS], ACTION_GROUP),
    DeleteAgentActionGroup: changes([...VERSION, 'actionGroupId', 'skipResourceInUseCheck']),
    GetAgentActionGroup: reads([...VERSION, 'actionGroupId']),
    ListAgentActionGroups: reads([...VERSION, ...PAGE]),

    // Collaborators
    AssociateAgentCollaborator: changes([...VERSION, ...COLLABORATOR_SETTINGS, TOKEN], COLLABORATOR),
    UpdateAgentCollaborator: changes([...VERSION, 'collaboratorId', ...COLLABORATOR_SETTINGS], COLLABORATOR),
    DisassociateAgentCollaborator: changes([...VERSION, 'collaboratorId']),
    GetAgentCollaborator: reads([...VERSION, 'collaboratorId']),
    ListAgentCollaborators: reads([...VERSION, ...PAGE]),

    // Knowledge bases of agents
    AssociateAgentKnowledgeBase: changes(
      [...VERSION, 'knowledgeBaseId', 'description!', 'knowledgeBaseState'],
      AGENT_KNOWLEDGE_BASE,
    ),
    UpdateAgentKnowledgeBase: changes(
      [...VERSION, 'knowledgeBaseId', 'description!', 'knowledgeBaseState'],
      AGENT_KNOWLEDGE_BASE,
    ),
    DisassociateAgentKnowledgeBase: changes([...VERSION, 'knowledgeBaseId']),
    GetAgentKnowledgeBase: reads([...VERSION, 'knowledgeBaseId']),
    ListAgentKnowledgeBases: reads([...VERSION, ...PAGE]),

    // Knowledge bases
    CreateKnowledgeBase: changes([...KNOWLEDGE_BASE_SETTINGS, 'tags', TOKEN], KNOWLEDGE_BASE),
    UpdateKnowledgeBase: changes(['knowledgeBaseId', ...KNOWLEDGE_BASE_SETTINGS], KNOWLEDGE_BASE),
    DeleteKnowledgeBase: changes(['knowledgeBaseId'], ['knowledgeBaseId', 'status']),
    GetKnowledgeBase: reads(['knowledgeBaseId']),
    ListKnowledgeBases: reads(PAGE),
    PutResourcePolicy: changes(['resourceArn', 'policy', 'expectedRevisionId'], ['resourceArn', 'revisionId']),
    GetResourcePolicy: reads(['resourceArn']),
    DeleteResourcePolicy: changes(['resourceArn', 'expectedRevisionId'], ['resourceArn', 'revisionId']),

    // Sources of knowledge bases, and taking them in
    CreateDataSource: changes(['knowledgeBaseId', ...DATA_SOURCE_SETTINGS, TOKEN], DATA_SOURCE),
    UpdateDataSource: changes([...SOURCE, ...DATA_SOURCE_SETTINGS], DATA_SOURCE),
    DeleteDataSource: changes(SOURCE, [...SOURCE, 'status']),
    GetDataSource: reads(SOURCE),
    ListDataSources: reads(['knowledgeBaseId', ...PAGE]),
    StartIngestionJob: changes([...SOURCE, 'description!', TOKEN], INGESTION_JOB),
    StopIngestionJob: changes([...SOURCE, 'ingestionJobId'], INGESTION_JOB),
    GetIngestionJob: reads([...SOURCE, 'ingestionJobId']),
    ListIngestionJobs: reads([...SOURCE, 'filters', 'sortBy', ...PAGE]),

    // Documents
    IngestKnowledgeBaseDocuments: data(
      knowledgeBase,
      changes([...SOURCE, 'documents!', TOKEN], ['documentDetails.status', 'documentDetails.identifier']),
    ),
    DeleteKnowledgeBaseDocuments: data(
      knowledgeBase,
      changes([...SOURCE, 'documentIdentifiers', TOKEN], ['documentDetails.status', 'documentDetails.identifier']),
    ),
    GetKnowledgeBaseDocuments: reads([...SOURCE, 'documentIdentifiers']),
    ListKnowledgeBaseDocuments: reads([...SOURCE, ...PAGE]),

    // Flows
    CreateFlow: changes([...FLOW_SETTINGS, 'tags', TOKEN], FLOW),
    UpdateFlow: changes(['flowIdentifier', ...FLOW_SETTINGS], [...FLOW, 'updatedAt']),
    PrepareFlow: changes(['flowIdentifier'], ['id', 'status']),
    DeleteFlow: changes(['flowIdentifier', 'skipResourceInUseCheck'], ['id']),
    GetFlow: reads(['flowIdentifier', 'includedData']),
    ListFlows: reads(PAGE),
    ValidateFlowDefinition: reads(['definition!']),
    CreateFlowVersion: changes(['flowIdentifier', 'description!', TOKEN], FLOW),
    DeleteFlowVersion: changes(['flowIdentifier', 'flowVersion', 'skipResourceInUseCheck'], ['id', 'version']),
    GetFlowVersion: reads(['flowIdentifier', 'flowVersion', 'includedData']),
    ListFlowVersions: reads(['flowIdentifier', ...PAGE]),
    CreateFlowAlias: changes([...FLOW_ALIAS_SETTINGS, 'tags', TOKEN], FLOW_ALIAS),
    UpdateFlowAlias: changes([...FLOW_ALIAS_SETTINGS, 'aliasIdentifier'], FLOW_ALIAS),
    DeleteFlowAlias: changes(['flowIdentifier', 'aliasIdentifier'], ['flowId', 'id']),
    GetFlowAlias: reads(['flowIdentifier', 'aliasIdentifier']),
    ListFlowAliases: reads(['flowIdentifier', ...PAGE]),

    // Prompts
    CreatePrompt: changes([...PROMPT_SETTINGS, 'tags', TOKEN], PROMPT),
    UpdatePrompt: changes(['promptIdentifier', ...PROMPT_SETTINGS], PROMPT),
    DeletePrompt: changes(['promptIdentifier', 'promptVersion'], ['id', 'version']),
    GetPrompt: reads(['promptIdentifier', 'promptVersion', 'includedData']),
    ListPrompts: reads(['promptIdentifier', ...PAGE]),
    CreatePromptVersion: changes(['promptIdentifier', 'description!', 'tags', TOKEN], PROMPT),

    // Tags
    TagResource: changes(['resourceArn', 'tags']),
    UntagResource: changes(['resourceArn', 'tagKeys']),
    ListTagsForResource: reads(['resourceArn']),
  },
};
