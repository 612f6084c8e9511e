import type { ListPolicyVersionsCommandInput } from '@aws-sdk/client-iam';
import type { PolicyVersion } from '#identity';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { IamDependencies } from '../dependencies.ts';
import { pageOf } from '../paging.ts';
import { readPolicy } from '../policy-answers.ts';

/**
 * The newest first.
 * https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListPolicyVersions.html
 */
export function listPolicyVersions({ identity: { directory } }: IamDependencies): ImplementedOperation {
  return implement(async ({ PolicyArn = '', Marker, MaxItems }: ListPolicyVersionsCommandInput, { accountId }) => {
    const { versions, defaultVersionId } = readPolicy(PolicyArn, accountId, directory);
    const { items, ...page } = pageOf(versions.toReversed(), keyOf, { Marker, MaxItems });
    return {
      Versions: items.map(({ id, createdAtMs }) => ({
        VersionId: id,
        IsDefaultVersion: id === defaultVersionId,
        CreateDate: new Date(createdAtMs),
      })),
      ...page,
    };
  });
}

/** A key that grows as versions get older, since a page's marker holds the last key given. */
function keyOf({ id }: PolicyVersion): string {
  return String(Number.MAX_SAFE_INTEGER - Number(id.slice(1)));
}
