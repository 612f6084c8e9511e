import type { ListInferenceProfilesCommandInput } from '@aws-sdk/client-bedrock';
import { ApiError } from '#wire';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { BedrockDependencies } from '../dependencies.ts';

const PAGE_DEFAULT = 100;

/**
 * A page ends at `maxResults`; its token is the id that the next page begins after.
 * https://docs.aws.amazon.com/bedrock/latest/APIReference/API_ListInferenceProfiles.html
 */
export function listInferenceProfiles({ catalogue }: BedrockDependencies): ImplementedOperation {
  return implement(async (input: ListInferenceProfilesCommandInput, { region, accountId }) => {
    const { maxResults = PAGE_DEFAULT, nextToken, typeEquals } = input;
    // Application profiles are a user's own; none can be made here yet.
    const all = typeEquals === 'APPLICATION' ? [] : catalogue.inferenceProfiles(region, accountId);
    const start =
      nextToken === undefined ? 0 : all.findIndex((profile) => tokenOf(profile.inferenceProfileId) === nextToken) + 1;
    if (nextToken !== undefined && start === 0)
      throw new ApiError('ValidationException', 'The provided token is invalid.', { status: 400 });
    const inferenceProfileSummaries = all.slice(start, start + maxResults);
    const last = inferenceProfileSummaries.at(-1);
    const hasMore = start + maxResults < all.length && last !== undefined;
    return { inferenceProfileSummaries, ...(hasMore ? { nextToken: tokenOf(last.inferenceProfileId) } : {}) };
  });
}

function tokenOf(profileId: string): string {
  return Buffer.from(profileId).toString('base64url');
}
