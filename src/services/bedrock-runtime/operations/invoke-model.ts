import type { InvokeModelCommandInput } from '@aws-sdk/client-bedrock-runtime';
import { implement, type ImplementedOperation } from '../../service.ts';
import { performCall, type RuntimeDependencies } from '../invoke.ts';
import { metadataOfHeader } from '../request-metadata.ts';

/** https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_InvokeModel.html */
export function invokeModel(dependencies: RuntimeDependencies): ImplementedOperation {
  return implement(async (input: InvokeModelCommandInput, context) =>
    performCall(
      dependencies,
      {
        operation: 'InvokeModel',
        modelId: input.modelId ?? '',
        contentType: input.contentType ?? 'application/json',
        accept: input.accept ?? 'application/json',
        requestMetadata: metadataOfHeader(context),
      },
      context,
    ),
  );
}
