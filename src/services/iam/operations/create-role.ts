import type { CreateRoleCommandInput } from '@aws-sdk/client-iam';
import { ApiError } from '#wire';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { IamDependencies } from '../dependencies.ts';
import { checkTrustPolicy } from '../documents.ts';
import { describeRole, describeTags, refusalsWorded } from '../role-answers.ts';
import { readTags } from '../tags.ts';

const SESSION_SECONDS_DEFAULT = 3_600;

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html */
export function createRole({ identity, clock }: IamDependencies): ImplementedOperation {
  return implement(async (input: CreateRoleCommandInput, { accountId }) => {
    const { RoleName = '', AssumeRolePolicyDocument = '', Path = '/', Description, MaxSessionDuration } = input;
    if (input.PermissionsBoundary !== undefined) {
      throw new ApiError('InvalidInput', 'Varve keeps no permissions boundaries yet; create the role without one.');
    }
    checkTrustPolicy(AssumeRolePolicyDocument);
    const tags = readTags(input.Tags);
    const creating = identity.directory.roles.create(accountId, (id) => ({
      id,
      accountId,
      name: RoleName,
      path: Path,
      description: Description,
      maxSessionSeconds: MaxSessionDuration ?? SESSION_SECONDS_DEFAULT,
      // IAM knows whole seconds.
      createdAtMs: Math.floor(clock.nowMs() / 1000) * 1000,
      trustPolicy: AssumeRolePolicyDocument,
      inlinePolicies: {},
      attachedPolicyArns: [],
      boundaryArn: undefined,
      tags,
    }));
    const role = await refusalsWorded(RoleName, creating);
    // Unlike GetRole, the answer leaves out what was not asked for.
    const { Description: _, MaxSessionDuration: __, ...described } = describeRole(role);
    return { Role: { ...described, ...(tags.length > 0 ? { Tags: describeTags(role) } : {}) } };
  });
}
