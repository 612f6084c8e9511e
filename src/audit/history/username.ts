import type { UserIdentity } from '#records';

/**
 * What LookupEvents names a caller: the user's name, the session's, or `root`; empty for services and strangers.
 * (CloudTrail User Guide, "Viewing event history": user name.)
 */
export function usernameOf({ type, userName, arn = '', principalId = '' }: UserIdentity): string {
  switch (type) {
    case 'Root':
      return 'root';
    case 'IAMUser':
    case 'WebIdentityUser':
      return userName ?? '';
    case 'AssumedRole':
      return arn.slice(arn.lastIndexOf('/') + 1);
    case 'FederatedUser':
      return principalId.slice(principalId.indexOf(':') + 1);
    default:
      return '';
  }
}
