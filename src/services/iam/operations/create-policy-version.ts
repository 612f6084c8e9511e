import type { CreatePolicyVersionCommandInput } from '@aws-sdk/client-iam';
import { ApiError } from '#wire';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { IamDependencies } from '../dependencies.ts';
import { checkManagedPolicy } from '../documents.ts';
import { changePolicy, POLICY_VERSIONS_MAX } from '../policy-answers.ts';
import { wholeSecondMs } from '../times.ts';

const TOO_MANY =
  `A managed policy can have up to ${POLICY_VERSIONS_MAX} versions. ` +
  'Before you create a new version, you must delete an existing version.';

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreatePolicyVersion.html */
export function createPolicyVersion({ identity: { directory }, clock }: IamDependencies): ImplementedOperation {
  return implement(
    async ({ PolicyArn = '', PolicyDocument = '', SetAsDefault }: CreatePolicyVersionCommandInput, { accountId }) => {
      checkManagedPolicy(PolicyDocument);
      const createdAtMs = wholeSecondMs(clock);
      const policy = await changePolicy(PolicyArn, accountId, directory, (before) => {
        if (before.versions.length >= POLICY_VERSIONS_MAX) throw new ApiError('LimitExceeded', TOO_MANY);
        const id = `v${before.versionsMade + 1}`;
        return {
          ...before,
          versions: [...before.versions, { id, document: PolicyDocument, createdAtMs }],
          versionsMade: before.versionsMade + 1,
          defaultVersionId: SetAsDefault ? id : before.defaultVersionId,
          updatedAtMs: createdAtMs,
        };
      });
      const id = `v${policy.versionsMade}`;
      return {
        PolicyVersion: {
          VersionId: id,
          IsDefaultVersion: policy.defaultVersionId === id,
          CreateDate: new Date(createdAtMs),
        },
      };
    },
  );
}
