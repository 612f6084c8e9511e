import type { BedrockRuntimeOperation } from '#wire';
import { forwardAll, type Forwarding } from '../forwarding.ts';
import { type OperationTable, unimplemented } from '../service.ts';
import type { RuntimeDependencies } from './invoke.ts';
import { converse } from './operations/converse.ts';
import { converseStream } from './operations/converse-stream.ts';
import { countTokens } from './operations/count-tokens.ts';
import { invokeModel } from './operations/invoke-model.ts';
import { invokeModelWithResponseStream } from './operations/invoke-model-with-response-stream.ts';

export type { RuntimeDependencies } from './invoke.ts';

export function createBedrockRuntimeService(
  dependencies: RuntimeDependencies & { readonly forwarding: Forwarding },
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
    ...forwardAll(dependencies.forwarding, 'bedrock-runtime', [
      'ApplyGuardrail',
      'GetAsyncInvoke',
      'InvokeGuardrailChecks',
      'ListAsyncInvokes',
      'StartAsyncInvoke',
    ]),
  } satisfies OperationTable<BedrockRuntimeOperation>;
}
