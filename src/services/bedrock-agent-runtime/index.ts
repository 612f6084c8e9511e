import type { BedrockAgentRuntimeOperation } from '#wire';
import { forwardAll, type Forwarding } from '../forwarding.ts';
import type { OperationTable } from '../service.ts';

/** Agents, flows, knowledge bases and sessions live in AWS: all of it is forwarded. */
export function createBedrockAgentRuntimeService(forwarding: Forwarding): OperationTable<BedrockAgentRuntimeOperation> {
  return {
    ...forwardAll(
      forwarding,
      'bedrock-agent-runtime',
      [
        'AgenticRetrieveStream',
        'InvokeAgent',
        'InvokeFlow',
        'InvokeInlineAgent',
        'OptimizePrompt',
        'RetrieveAndGenerateStream',
      ],
      { streams: true },
    ),
    ...forwardAll(forwarding, 'bedrock-agent-runtime', [
      'CheckIngestedDocumentAcl',
      'CreateInvocation',
      'CreateSession',
      'DeleteAgentMemory',
      'DeleteSession',
      'EndSession',
      'GenerateQuery',
      'GetAgentMemory',
      'GetDocumentContent',
      'GetExecutionFlowSnapshot',
      'GetFlowExecution',
      'GetIngestedDocumentAcl',
      'GetInvocationStep',
      'GetSession',
      'ListFlowExecutionEvents',
      'ListFlowExecutions',
      'ListInvocationSteps',
      'ListInvocations',
      'ListSessions',
      'ListTagsForResource',
      'PutInvocationStep',
      'Rerank',
      'Retrieve',
      'RetrieveAndGenerate',
      'StartFlowExecution',
      'StopFlowExecution',
      'TagResource',
      'UntagResource',
      'UpdateSession',
    ]),
  } satisfies OperationTable<BedrockAgentRuntimeOperation>;
}
