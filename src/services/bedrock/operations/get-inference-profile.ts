import type { GetInferenceProfileCommandInput } from '@aws-sdk/client-bedrock';
import { ApiError } from '#wire';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { BedrockDependencies } from '../dependencies.ts';

/** https://docs.aws.amazon.com/bedrock/latest/APIReference/API_GetInferenceProfile.html */
export function getInferenceProfile({ catalogue }: BedrockDependencies): ImplementedOperation {
  return implement(async ({ inferenceProfileIdentifier }: GetInferenceProfileCommandInput, { region, accountId }) => {
    const profile = catalogue.inferenceProfile(inferenceProfileIdentifier ?? '', region, accountId);
    if (!profile)
      throw new ApiError('ResourceNotFoundException', 'The provided inference profile identifier is invalid.', {
        status: 404,
      });
    return profile;
  });
}
