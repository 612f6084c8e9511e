import type { AuditRule, AuditTable } from '#audit';
import type { BedrockRuntimeOperation } from '#wire';
import { changes, data, reads } from '../audit-rows.ts';
import { asyncInvoke, guardrail, model, prompt } from '../bedrock-resources.ts';

/** The model of a call may be a prompt of Prompt management. */
const PROMPT_ARN = /^arn:[^:]*:bedrock:[^:]*:[^:]*:prompt\//;

/** Of a call to a model its model and nothing else: no prompt, no completion, no token count. */
const INVOCATION: AuditRule = {
  ...reads(['modelId']),
  alike: ({ modelId = '' }: { modelId?: string }) => (PROMPT_ARN.test(modelId) ? undefined : modelId),
  also: ({ modelId = '' }: { modelId?: string }) => (PROMPT_ARN.test(modelId) ? [renderPrompt] : []),
};

/**
 * What CloudTrail tells of the Bedrock runtime. InvokeModel and Converse are management events that only read, in every real
 * event, though one of AWS's examples says otherwise.
 * (Sources: real events; Bedrock User Guide, "Monitor Amazon Bedrock API calls using CloudTrail"; spec: cloudtrail.md §1.3, §2.)
 */
export const bedrockRuntimeAudit: AuditTable<BedrockRuntimeOperation> = {
  eventSource: 'bedrock.amazonaws.com',
  times: 'iso',
  operations: {
    // Models
    InvokeModel: INVOCATION,
    InvokeModelWithResponseStream: INVOCATION,
    Converse: INVOCATION,
    ConverseStream: INVOCATION,
    CountTokens: INVOCATION,
    InvokeModelWithBidirectionalStream: data(model, INVOCATION),

    // Invocations that answer later
    StartAsyncInvoke: data(
      asyncInvoke,
      changes(['modelId', 'modelInput!', 'outputDataConfig', 'clientRequestToken', 'tags'], ['invocationArn']),
    ),
    GetAsyncInvoke: data(asyncInvoke, reads(['invocationArn'])),
    ListAsyncInvokes: reads([
      'submitTimeAfter',
      'submitTimeBefore',
      'statusEquals',
      'maxResults',
      'nextToken',
      'sortBy',
      'sortOrder',
    ]),

    // Guardrails
    ApplyGuardrail: data(
      guardrail,
      reads(['guardrailIdentifier', 'guardrailVersion', 'source', 'content!', 'outputScope']),
    ),
    InvokeGuardrailChecks: data(guardrail, reads(['messages!'])),
  },
};

/** The event that a call has besides its own when its model is a prompt of Prompt management: an action without an API operation. */
const renderPrompt: AuditRule = data(prompt, {
  ...reads(['modelId']),
  eventName: 'RenderPrompt',
  shapeRequest: ({ modelId }) => ({ promptIdentifier: modelId }),
});
