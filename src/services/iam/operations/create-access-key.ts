import type { CreateAccessKeyCommandInput } from '@aws-sdk/client-iam';
import { randomBytes } from 'node:crypto';
import { ACCESS_KEYS_PER_USER_MAX } from '#identity';
import { ApiError } from '#wire';
import { implement, type ImplementedOperation } from '../../service.ts';
import { describeAccessKey } from '../access-key-answers.ts';
import type { IamDependencies } from '../dependencies.ts';
import { userNamedOrOwn } from '../own-user.ts';
import { wholeSecondMs } from '../times.ts';

/** 40 characters of base64, as AWS's secrets have. */
const SECRET_BYTES = 30;

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateAccessKey.html */
export function createAccessKey({ identity, clock }: IamDependencies): ImplementedOperation {
  const { directory } = identity;
  return implement(async ({ UserName }: CreateAccessKeyCommandInput, context) => {
    const { accountId } = context;
    const secret = randomBytes(SECRET_BYTES).toString('base64');
    let user = userNamedOrOwn(UserName, context, directory);
    const key = await directory.accessKeys.create(accountId, (id) => {
      // Another change may have come first.
      user = userNamedOrOwn(UserName, context, directory);
      if (directory.accessKeysOfUser(user.id).length >= ACCESS_KEYS_PER_USER_MAX) {
        throw new ApiError('LimitExceeded', `Cannot exceed quota for AccessKeysPerUser: ${ACCESS_KEYS_PER_USER_MAX}`);
      }
      return {
        id,
        accountId,
        name: id,
        path: '/',
        createdAtMs: wholeSecondMs(clock),
        userId: user.id,
        active: true,
        sealedSecret: identity.sealSecret(id, secret),
      };
    });
    // The only time that the secret is told.
    return { AccessKey: { ...describeAccessKey(key, user), SecretAccessKey: secret } };
  });
}
