import type { GetPolicyVersionCommandInput } from '@aws-sdk/client-iam';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { IamDependencies } from '../dependencies.ts';
import { noSuchVersion, readPolicy } from '../policy-answers.ts';
import { encodeDocument } from '../role-answers.ts';

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetPolicyVersion.html */
export function getPolicyVersion({ identity: { directory } }: IamDependencies): ImplementedOperation {
  return implement(async ({ PolicyArn = '', VersionId = '' }: GetPolicyVersionCommandInput, { accountId }) => {
    const policy = readPolicy(PolicyArn, accountId, directory);
    const version = policy.versions.find(({ id }) => id === VersionId);
    if (!version) throw noSuchVersion(PolicyArn, VersionId);
    return {
      PolicyVersion: {
        Document: encodeDocument(version.document),
        VersionId,
        IsDefaultVersion: policy.defaultVersionId === VersionId,
        CreateDate: new Date(version.createdAtMs),
      },
    };
  });
}
