/** STS: who am I, and sessions of roles; all that is not there says why. */
import type { StsOperation } from '#wire';
import { type OperationTable, unimplemented, unimplementedAll } from '../service.ts';
import type { StsDependencies } from './dependencies.ts';
import { assumeRole } from './operations/assume-role.ts';
import { getAccessKeyInfo } from './operations/get-access-key-info.ts';
import { getCallerIdentity } from './operations/get-caller-identity.ts';

export type { StsDependencies } from './dependencies.ts';

/** The operation table of STS. */
export function createStsService(dependencies: StsDependencies): OperationTable<StsOperation> {
  return {
    AssumeRole: assumeRole(dependencies),
    GetAccessKeyInfo: getAccessKeyInfo(dependencies),
    GetCallerIdentity: getCallerIdentity(),
    ...unimplementedAll('federation with outside identity providers comes with the enforcement of policies', [
      'AssumeRoleWithSAML',
      'AssumeRoleWithWebIdentity',
    ]),
    ...unimplementedAll('sessions of users come with users and the enforcement of policies', [
      'GetSessionToken',
      'GetFederationToken',
      'DecodeAuthorizationMessage',
    ]),
    AssumeRoot: unimplemented('organizations are kept by AWS'),
    ...unimplementedAll('tokens for other parties are given out by AWS', [
      'GetDelegatedAccessToken',
      'GetWebIdentityToken',
    ]),
  } satisfies OperationTable<StsOperation>;
}
