import type { ListPolicyTagsCommandInput } from '@aws-sdk/client-iam';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { IamDependencies } from '../dependencies.ts';
import { pageOf } from '../paging.ts';
import { describePolicyTags, readPolicy } from '../policy-answers.ts';

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListPolicyTags.html */
export function listPolicyTags({ identity: { directory } }: IamDependencies): ImplementedOperation {
  return implement(async ({ PolicyArn = '', Marker, MaxItems }: ListPolicyTagsCommandInput, { accountId }) => {
    const policy = readPolicy(PolicyArn, accountId, directory);
    const tags = describePolicyTags(policy).toSorted((a, b) => (a.Key < b.Key ? -1 : 1));
    const { items, ...page } = pageOf(tags, (tag) => tag.Key, { Marker, MaxItems });
    return { Tags: items, ...page };
  });
}
