import type { CreateRoleCommandInput } from '@aws-sdk/client-iam';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { IamDependencies } from '../dependencies.ts';
import { checkTrustPolicy } from '../documents.ts';
import { checkBoundary, describeBoundary } from '../holders.ts';
import { describeRole, describeTags, refusalsWorded } from '../role-answers.ts';
import { readTags } from '../tags.ts';
import { wholeSecondMs } from '../times.ts';

const SESSION_SECONDS_DEFAULT = 3_600;

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html */
export function createRole({ identity, clock }: IamDependencies): ImplementedOperation {
  return implement(async (input: CreateRoleCommandInput, { accountId }) => {
    const { RoleName = '', AssumeRolePolicyDocument = '', Path = '/', Description, MaxSessionDuration } = input;
    const { PermissionsBoundary } = input;
    checkTrustPolicy(AssumeRolePolicyDocument, identity);
    const tags = readTags(input.Tags);
    const creating = identity.directory.roles.create(accountId, (id) => {
      if (PermissionsBoundary !== undefined) checkBoundary(PermissionsBoundary, accountId, identity.directory);
      return {
        id,
        accountId,
        name: RoleName,
        path: Path,
        description: Description,
        maxSessionSeconds: MaxSessionDuration ?? SESSION_SECONDS_DEFAULT,
        createdAtMs: wholeSecondMs(clock),
        // Whom it names may have gone since it was checked.
        trustedIds: checkTrustPolicy(AssumeRolePolicyDocument, identity),
        trustPolicy: AssumeRolePolicyDocument,
        inlinePolicies: {},
        attachedPolicyArns: [],
        boundaryArn: PermissionsBoundary,
        tags,
      };
    });
    const role = await refusalsWorded(RoleName, creating);
    // Unlike GetRole, the answer leaves out what was not asked for.
    const { Description: _, MaxSessionDuration: __, ...described } = describeRole(role);
    return {
      Role: {
        ...described,
        ...describeBoundary(role.boundaryArn),
        ...(tags.length > 0 ? { Tags: describeTags(role) } : {}),
      },
    };
  });
}
