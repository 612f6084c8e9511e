import type { ConverseStreamCommandInput } from '@aws-sdk/client-bedrock-runtime';
import { implement, type ImplementedOperation } from '../../service.ts';
import { performCall, type RuntimeDependencies } from '../invoke.ts';
import { metadataOfMember } from '../request-metadata.ts';

/** https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html */
export function converseStream(dependencies: RuntimeDependencies): ImplementedOperation {
  return implement(
    async ({ modelId, requestMetadata }: ConverseStreamCommandInput, context) =>
      performCall(
        dependencies,
        {
          operation: 'ConverseStream',
          modelId: modelId ?? '',
          contentType: 'application/json',
          accept: 'application/json',
          requestMetadata: metadataOfMember(requestMetadata),
        },
        context,
      ),
    { handsBodyOn: true },
  );
}
