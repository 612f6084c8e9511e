import type { AuditScope, AuditTable } from '#audit';
import type { AuditResource } from '#records';
import type { StsOperation } from '#wire';
import { changes, reads, resourceOf } from '../audit-rows.ts';

const SESSION_POLICIES = ['Policy', 'PolicyArns', 'DurationSeconds'];
/** The secret is in no event; the session token, which AWS's have, in none of ours. */
const CREDENTIALS = ['Credentials.AccessKeyId', 'Credentials.Expiration'];
const ASSUMED = [...CREDENTIALS, 'AssumedRoleUser', 'PackedPolicySize', 'SourceIdentity'];

function assumedRole(input: { RoleArn?: string }, { accountId }: AuditScope): AuditResource[] {
  return input.RoleArn === undefined ? [] : [resourceOf('AWS::IAM::Role', input.RoleArn, accountId)];
}

/** Assuming a role only reads, says AWS, and answers all the same. */
function assumes(request: readonly string[], response: readonly string[]) {
  return { ...reads(request), response, resources: assumedRole };
}

/**
 * What CloudTrail tells of AWS STS. Tokens and codes that callers prove themselves with are left out.
 * (Sources: IAM User Guide, "Logging IAM and AWS STS API calls with AWS CloudTrail"; real events.)
 */
export const stsAudit: AuditTable<StsOperation> = {
  eventSource: 'sts.amazonaws.com',
  times: 'us',
  operations: {
    AssumeRole: assumes(
      [
        'RoleArn',
        'RoleSessionName',
        ...SESSION_POLICIES,
        'Tags',
        'TransitiveTagKeys',
        'ExternalId',
        'SerialNumber',
        'SourceIdentity',
        'ProvidedContexts.ProviderArn',
      ],
      ASSUMED,
    ),
    AssumeRoleWithSAML: assumes(
      ['RoleArn', 'PrincipalArn', ...SESSION_POLICIES],
      [...ASSUMED, 'Subject', 'SubjectType', 'Issuer', 'Audience', 'NameQualifier'],
    ),
    AssumeRoleWithWebIdentity: assumes(
      ['RoleArn', 'RoleSessionName', 'ProviderId', ...SESSION_POLICIES],
      [...ASSUMED, 'SubjectFromWebIdentityToken', 'Provider', 'Audience'],
    ),
    AssumeRoot: changes(['TargetPrincipal', 'TaskPolicyArn', 'DurationSeconds'], [...CREDENTIALS, 'SourceIdentity']),
    GetSessionToken: { ...reads(['DurationSeconds', 'SerialNumber']), response: CREDENTIALS },
    GetFederationToken: changes(
      ['Name', ...SESSION_POLICIES, 'Tags'],
      [...CREDENTIALS, 'FederatedUser', 'PackedPolicySize'],
    ),
    GetDelegatedAccessToken: { ...reads('none'), response: [...CREDENTIALS, 'PackedPolicySize', 'AssumedPrincipal'] },
    GetWebIdentityToken: reads(['Audience', 'SigningAlgorithm', 'DurationSeconds', 'Tags']),
    GetCallerIdentity: reads('none'),
    GetAccessKeyInfo: reads(['AccessKeyId']),
    DecodeAuthorizationMessage: reads(['EncodedMessage!']),
  },
};
