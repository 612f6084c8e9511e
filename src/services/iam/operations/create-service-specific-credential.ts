import type { CreateServiceSpecificCredentialCommandInput } from '@aws-sdk/client-iam';
import { API_KEYS_PER_USER_MAX, type Directory, type User } from '#identity';
import { ApiError } from '#wire';
import { implement, type ImplementedOperation } from '../../service.ts';
import { describeCredential, isBedrock } from '../api-key-answers.ts';
import type { IamDependencies } from '../dependencies.ts';
import { userNamed } from '../own-user.ts';
import { wholeSecondMs } from '../times.ts';

const DAY_MS = 86_400_000;

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateServiceSpecificCredential.html */
export function createServiceSpecificCredential({ identity, clock }: IamDependencies): ImplementedOperation {
  const { directory } = identity;
  return implement(async (input: CreateServiceSpecificCredentialCommandInput, { accountId }) => {
    const { UserName = '', ServiceName = '', CredentialAgeDays } = input;
    let user = userNamed(UserName, accountId, directory);
    if (!isBedrock(ServiceName)) {
      throw new ApiError('NotSupportedService', `Varve makes no credentials for ${ServiceName}, only for Bedrock.`, {
        status: 404,
      });
    }
    let secret = '';
    const credential = await directory.apiKeys.create(accountId, (id) => {
      // Another change may have come first.
      user = userNamed(UserName, accountId, directory);
      checkQuota(user, directory);
      const alias = freeAlias(user, directory);
      const { key, keySha256Hex } = identity.newApiKey(alias);
      secret = key;
      const createdAtMs = wholeSecondMs(clock);
      return {
        id,
        accountId,
        name: id,
        path: '/',
        createdAtMs,
        userId: user.id,
        active: true,
        alias,
        expiresAtMs: CredentialAgeDays === undefined ? undefined : createdAtMs + CredentialAgeDays * DAY_MS,
        keySha256Hex,
      };
    });
    // The only time that the key is told.
    const described = describeCredential(credential, user, clock.nowMs());
    return { ServiceSpecificCredential: { ...described, ServiceCredentialSecret: secret } };
  });
}

function checkQuota(user: User, directory: Directory): void {
  if (directory.apiKeysOfUser(user.id).length < API_KEYS_PER_USER_MAX) return;
  throw new ApiError(
    'LimitExceeded',
    `Cannot exceed quota for ServiceSpecificCredentialsPerUser: ${API_KEYS_PER_USER_MAX}`,
  );
}

/** `NAME-at-ACCOUNT`, or where that is taken `NAME+1-at-ACCOUNT`, … */
function freeAlias({ name, accountId }: User, directory: Directory): string {
  for (let number = 0; ; number += 1) {
    const alias = `${name}${number === 0 ? '' : `+${number}`}-at-${accountId}`;
    if (!directory.apiKeyByAlias(alias)) return alias;
  }
}
