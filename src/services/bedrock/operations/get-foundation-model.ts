import type { GetFoundationModelCommandInput } from '@aws-sdk/client-bedrock';
import { ApiError } from '#wire';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { BedrockDependencies } from '../dependencies.ts';

/** https://docs.aws.amazon.com/bedrock/latest/APIReference/API_GetFoundationModel.html */
export function getFoundationModel({ catalogue }: BedrockDependencies): ImplementedOperation {
  return implement(async ({ modelIdentifier }: GetFoundationModelCommandInput, { region }) => {
    const modelDetails = catalogue.foundationModel(modelIdentifier ?? '', region);
    if (!modelDetails)
      throw new ApiError(
        'ResourceNotFoundException',
        'Could not resolve the foundation model from the provided model identifier.',
        { status: 404 },
      );
    return { modelDetails };
  });
}
