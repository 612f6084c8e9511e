import type { InvokeModelWithResponseStreamCommandInput } from '@aws-sdk/client-bedrock-runtime';
import { implement, type ImplementedOperation } from '../../service.ts';
import { performCall, type RuntimeDependencies } from '../invoke.ts';
import { metadataOfHeader } from '../request-metadata.ts';

/** https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_InvokeModelWithResponseStream.html */
export function invokeModelWithResponseStream(dependencies: RuntimeDependencies): ImplementedOperation {
  return implement(async (input: InvokeModelWithResponseStreamCommandInput, context) =>
    performCall(
      dependencies,
      {
        operation: 'InvokeModelWithResponseStream',
        modelId: input.modelId ?? '',
        contentType: input.contentType ?? 'application/json',
        accept: input.accept ?? 'application/json',
        requestMetadata: metadataOfHeader(context),
      },
      context,
    ),
  );
}
