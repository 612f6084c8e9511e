import type { BedrockRuntimeOperation } from '#wire';
import { type OperationTable, unimplemented, unimplementedAll } from '../service.ts';
import type { RuntimeDependencies } from './invoke.ts';
import { converse } from './operations/converse.ts';
import { converseStream } from './operations/converse-stream.ts';
import { countTokens } from './operations/count-tokens.ts';
import { invokeModel } from './operations/invoke-model.ts';
import { invokeModelWithResponseStream } from './operations/invoke-model-with-response-stream.ts';

export type { RuntimeDependencies } from './invoke.ts';

export function createBedrockRuntimeService(
  dependencies: RuntimeDependencies,
): OperationTable<BedrockRuntimeOperation> {
  return {
    InvokeModel: invokeModel(dependencies),
    InvokeModelWithResponseStream: invokeModelWithResponseStream(dependencies),
    Converse: converse(dependencies),
    ConverseStream: converseStream(dependencies),
    CountTokens: countTokens(dependencies),
    InvokeModelWithBidirectionalStream: unimplemented(
      'Bedrock does not write it to the invocation log, and no upstream of Varve speaks it yet',
    ),
    ...unimplementedAll('guardrails live in AWS; call them there until Varve forwards them', [
      'ApplyGuardrail',
      'InvokeGuardrailChecks',
    ]),
    ...unimplementedAll('asynchronous jobs are not written to the invocation log; no upstream of Varve runs them yet', [
      'StartAsyncInvoke',
      'GetAsyncInvoke',
      'ListAsyncInvokes',
    ]),
  } satisfies OperationTable<BedrockRuntimeOperation>;
}
