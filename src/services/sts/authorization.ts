import type { AssumeRoleCommandInput, GetFederationTokenCommandInput } from '@aws-sdk/client-sts';
import type { StsOperation } from '#wire';
import { type AuthorizationTable, needs, type NeedScope } from '../authorization.ts';
import { validationError } from './errors.ts';
import { roleSessionNeeds } from './role-needs.ts';
import { inheritedTags, keptTags, tagContext } from './session-tags.ts';

/** What callers must be allowed for each operation. (Service Authorization Reference, AWS Security Token Service.) */
export const stsAuthorization: AuthorizationTable<StsOperation> = {
  AssumeRole: (input: AssumeRoleCommandInput, { caller }: NeedScope) => {
    const { RoleArn = '', RoleSessionName = '', ExternalId, Tags, TransitiveTagKeys = [], SourceIdentity } = input;
    if (!/^arn:aws:iam::\d{12}:role\/./.test(RoleArn)) throw validationError(`${RoleArn.slice(0, 200)} is invalid`);
    const inherited = inheritedTags(caller);
    return roleSessionNeeds({
      action: 'sts:AssumeRole',
      roleArn: RoleArn,
      sessionName: RoleSessionName,
      tags: {
        tags: [...inherited.tags, ...keptTags(Tags)],
        transitiveTagKeys: [...inherited.transitiveTagKeys, ...TransitiveTagKeys],
      },
      sourceIdentity: SourceIdentity ?? caller.session?.sourceIdentity,
      context: ExternalId === undefined ? {} : { 'sts:ExternalId': ExternalId },
    });
  },
  // The token is the caller's credential; the handler judges whom it names by the role's trust policy.
  AssumeRoleWithWebIdentity: 'anyone',
  GetAccessKeyInfo: needs('sts:GetAccessKeyInfo'),
  GetCallerIdentity: 'anyone',
  GetFederationToken: ({ Name = '', Tags }: GetFederationTokenCommandInput, { accountId }: NeedScope) => {
    const on = {
      resource: `arn:aws:sts::${accountId}:federated-user/${Name}`,
      context: tagContext({ tags: keptTags(Tags), transitiveTagKeys: [] }),
    };
    const tagging = (Tags?.length ?? 0) > 0 ? [{ action: 'sts:TagSession', ...on }] : [];
    return [{ action: 'sts:GetFederationToken', ...on }, ...tagging];
  },
  // "No permissions are required for users to perform this operation." (STS API Reference, GetSessionToken.)
  GetSessionToken: 'anyone',
};
