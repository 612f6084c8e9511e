import type {
  GetFoundationModelCommandInput,
  GetInferenceProfileCommandInput,
  PutModelInvocationLoggingConfigurationCommandInput,
} from '@aws-sdk/client-bedrock';
import { foundationModelArn } from '#upstreams';
import type { BedrockOperation } from '#wire';
import { type AuthorizationTable, type Need, needs, type NeedScope } from '../authorization.ts';

/** What callers must be allowed for each operation. (Service Authorization Reference, Amazon Bedrock.) */
export const bedrockAuthorization: AuthorizationTable<BedrockOperation> = {
  GetModelInvocationLoggingConfiguration: needs('bedrock:GetModelInvocationLoggingConfiguration'),
  PutModelInvocationLoggingConfiguration: putLoggingNeeds,
  DeleteModelInvocationLoggingConfiguration: needs('bedrock:DeleteModelInvocationLoggingConfiguration'),
  ListFoundationModels: needs('bedrock:ListFoundationModels'),
  GetFoundationModel: needs(
    'bedrock:GetFoundationModel',
    ({ modelIdentifier = '' }: GetFoundationModelCommandInput, { region }) =>
      modelIdentifier.startsWith('arn:') ? modelIdentifier : foundationModelArn(modelIdentifier, region),
  ),
  ListInferenceProfiles: needs('bedrock:ListInferenceProfiles', (_: unknown, scope) => profileArn('*', scope)),
  GetInferenceProfile: needs(
    'bedrock:GetInferenceProfile',
    ({ inferenceProfileIdentifier = '' }: GetInferenceProfileCommandInput, scope) =>
      inferenceProfileIdentifier.startsWith('arn:')
        ? inferenceProfileIdentifier
        : profileArn(inferenceProfileIdentifier, scope),
  ),
};

/**
 * Bedrock will write with the role that it is given, so the caller must be allowed to give it away. A role of another account
 * cannot be given at all, which is said in the words for roles that do not fit (`#invocation`).
 */
function putLoggingNeeds(
  { loggingConfig }: PutModelInvocationLoggingConfigurationCommandInput,
  { accountId }: NeedScope,
): Need[] {
  const roleArn = loggingConfig?.cloudWatchConfig?.roleArn;
  const put: Need = { action: 'bedrock:PutModelInvocationLoggingConfiguration', resource: '*' };
  if (!roleArn || roleArn.split(':')[4] !== accountId) return [put];
  const context = { 'iam:PassedToService': 'bedrock.amazonaws.com' };
  return [put, { action: 'iam:PassRole', resource: roleArn, context }];
}

function profileArn(id: string, { region, accountId }: NeedScope): string {
  return `arn:aws:bedrock:${region}:${accountId}:inference-profile/${id}`;
}
