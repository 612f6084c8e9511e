import type { AssumeRoleCommandInput } from '@aws-sdk/client-sts';
import type { StsOperation } from '#wire';
import type { AuthorizationTable } from '../authorization.ts';

/** What callers must be allowed for each operation. (Service Authorization Reference, AWS Security Token Service.) */
export const stsAuthorization: AuthorizationTable<StsOperation> = {
  AssumeRole: ({ RoleArn = '', RoleSessionName = '', ExternalId }: AssumeRoleCommandInput) => [
    {
      action: 'sts:AssumeRole',
      resource: RoleArn,
      resourcePolicyRole: 'must-allow',
      context: {
        'sts:RoleSessionName': RoleSessionName,
        ...(ExternalId === undefined ? {} : { 'sts:ExternalId': ExternalId }),
      },
    },
  ],
  GetCallerIdentity: 'anyone',
};
