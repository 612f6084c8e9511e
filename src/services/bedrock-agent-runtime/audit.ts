import type { AuditTable } from '#audit';
import type { BedrockAgentRuntimeOperation } from '#wire';
import { changes, data, reads } from '../audit-rows.ts';
import {
  agentAlias,
  flowAlias,
  flowExecution,
  generatingKnowledgeBase,
  inlineAgent,
  knowledgeBase,
  model,
  queriedKnowledgeBase,
  rerankingModel,
  retrievedKnowledgeBases,
  session,
} from '../bedrock-resources.ts';

const PAGE = ['maxResults', 'nextToken'];
const ALIAS = ['agentId', 'agentAliasId'];
const FLOW = ['flowIdentifier', 'flowAliasIdentifier'];
const EXECUTION = [...FLOW, 'executionIdentifier'];
const DOCUMENT = ['knowledgeBaseId', 'dataSourceId', 'documentId'];
const SESSION = ['sessionId', 'sessionArn', 'sessionStatus', 'createdAt', 'lastUpdatedAt'];

const GENERATION = [
  'input!',
  'sessionId',
  'retrieveAndGenerateConfiguration.type',
  'retrieveAndGenerateConfiguration.knowledgeBaseConfiguration.knowledgeBaseId',
  'retrieveAndGenerateConfiguration.knowledgeBaseConfiguration.modelArn',
  'retrieveAndGenerateConfiguration.externalSourcesConfiguration.modelArn',
  'sessionConfiguration',
];

/**
 * What CloudTrail tells of the runtime of Agents for Amazon Bedrock: data events, all of them, with what they are about.
 * Never what was asked, retrieved or answered.
 * (Sources: Bedrock User Guide, "Monitor Amazon Bedrock API calls using CloudTrail"; spec: cloudtrail.md §2. One of AWS's
 * pages lists InvokeAgent among management events: docs/compatibility.md.)
 */
export const bedrockAgentRuntimeAudit: AuditTable<BedrockAgentRuntimeOperation> = {
  eventSource: 'bedrock.amazonaws.com',
  times: 'iso',
  operations: {
    // Agents
    InvokeAgent: data(
      agentAlias,
      changes(
        [...ALIAS, 'sessionId', 'inputText!', 'enableTrace', 'endSession', 'memoryId', 'sourceArn'],
        ['contentType', 'sessionId', 'memoryId'],
      ),
    ),
    InvokeInlineAgent: data(
      inlineAgent,
      changes(
        [
          'foundationModel',
          'sessionId',
          'agentName!',
          'instruction!',
          'inputText!',
          'enableTrace',
          'endSession',
          'idleSessionTTLInSeconds',
          'customerEncryptionKeyArn',
          'guardrailConfiguration',
          'agentCollaboration',
          'orchestrationType',
        ],
        ['contentType', 'sessionId'],
      ),
    ),
    GetAgentMemory: data(agentAlias, reads([...ALIAS, 'memoryType', 'memoryId', 'maxItems', 'nextToken'])),
    DeleteAgentMemory: data(agentAlias, changes([...ALIAS, 'memoryId', 'sessionId'])),

    // Knowledge bases
    Retrieve: data(knowledgeBase, reads(['knowledgeBaseId', 'retrievalQuery!', 'guardrailConfiguration', 'nextToken'])),
    RetrieveAndGenerate: data(generatingKnowledgeBase, changes(GENERATION, ['sessionId', 'guardrailAction'])),
    RetrieveAndGenerateStream: data(generatingKnowledgeBase, changes(GENERATION, ['sessionId'])),
    AgenticRetrieveStream: data(
      retrievedKnowledgeBases,
      reads([
        'messages!',
        'retrievers.configuration.knowledgeBase.knowledgeBaseId',
        'policyConfiguration',
        'generateResponse',
        'nextToken',
      ]),
    ),
    GenerateQuery: data(queriedKnowledgeBase, reads(['queryGenerationInput!', 'transformationConfiguration'])),
    GetDocumentContent: data(knowledgeBase, reads([...DOCUMENT, 'outputFormat'])),
    GetIngestedDocumentAcl: data(knowledgeBase, reads(DOCUMENT)),
    CheckIngestedDocumentAcl: data(knowledgeBase, reads(DOCUMENT)),

    // Flows
    InvokeFlow: data(
      flowAlias,
      changes([...FLOW, 'inputs!', 'enableTrace', 'executionId', 'modelPerformanceConfiguration'], ['executionId']),
    ),
    StartFlowExecution: data(
      flowExecution,
      changes([...FLOW, 'inputs!', 'flowExecutionName', 'modelPerformanceConfiguration'], ['executionArn']),
    ),
    StopFlowExecution: data(flowExecution, changes(EXECUTION, ['executionArn', 'status'])),
    GetFlowExecution: data(flowExecution, reads(EXECUTION)),
    ListFlowExecutions: data(flowExecution, reads([...FLOW, ...PAGE])),
    ListFlowExecutionEvents: data(flowExecution, reads([...EXECUTION, 'eventType', ...PAGE])),
    GetExecutionFlowSnapshot: data(flowExecution, reads(EXECUTION)),

    // Sessions
    CreateSession: data(session, changes(['sessionMetadata!', 'encryptionKeyArn', 'tags'], SESSION.slice(0, 4))),
    UpdateSession: data(session, changes(['sessionIdentifier', 'sessionMetadata!'], SESSION)),
    EndSession: data(session, changes(['sessionIdentifier'], SESSION.slice(0, 3))),
    DeleteSession: data(session, changes(['sessionIdentifier'])),
    GetSession: data(session, reads(['sessionIdentifier'])),
    ListSessions: data(session, reads(PAGE)),
    CreateInvocation: data(
      session,
      changes(['sessionIdentifier', 'invocationId', 'description!'], ['sessionId', 'invocationId', 'createdAt']),
    ),
    ListInvocations: data(session, reads(['sessionIdentifier', ...PAGE])),
    PutInvocationStep: data(
      session,
      changes(
        ['sessionIdentifier', 'invocationIdentifier', 'invocationStepId', 'invocationStepTime', 'payload!'],
        ['invocationStepId'],
      ),
    ),
    GetInvocationStep: data(session, reads(['sessionIdentifier', 'invocationIdentifier', 'invocationStepId'])),
    ListInvocationSteps: data(session, reads(['sessionIdentifier', 'invocationIdentifier', ...PAGE])),
    TagResource: data(session, changes(['resourceArn', 'tags'])),
    UntagResource: data(session, changes(['resourceArn', 'tagKeys'])),
    ListTagsForResource: data(session, reads(['resourceArn'])),

    // Models at work
    Rerank: data(
      rerankingModel,
      reads([
        'queries!',
        'sources!',
        'rerankingConfiguration.type',
        'rerankingConfiguration.bedrockRerankingConfiguration.modelConfiguration.modelArn',
        'rerankingConfiguration.bedrockRerankingConfiguration.numberOfResults',
        'nextToken',
      ]),
    ),
    OptimizePrompt: data(model, reads(['input!', 'targetModelId'])),
  },
};
