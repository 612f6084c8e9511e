/** STS: who am I, and temporary credentials; all that is not there says why. */
import type { StsOperation } from '#wire';
import { type OperationTable, unimplemented, unimplementedAll } from '../service.ts';
import type { StsDependencies } from './dependencies.ts';
import { assumeRole } from './operations/assume-role.ts';
import { assumeRoleWithWebIdentity } from './operations/assume-role-with-web-identity.ts';
import { getAccessKeyInfo } from './operations/get-access-key-info.ts';
import { getCallerIdentity } from './operations/get-caller-identity.ts';
import { getFederationToken } from './operations/get-federation-token.ts';
import { getSessionToken } from './operations/get-session-token.ts';

export type { StsDependencies } from './dependencies.ts';

/** The operation table of STS. */
export function createStsService(dependencies: StsDependencies): OperationTable<StsOperation> {
  return {
    AssumeRole: assumeRole(dependencies),
    AssumeRoleWithWebIdentity: assumeRoleWithWebIdentity(dependencies),
    GetAccessKeyInfo: getAccessKeyInfo(dependencies),
    GetCallerIdentity: getCallerIdentity(),
    GetFederationToken: getFederationToken(dependencies),
    GetSessionToken: getSessionToken(dependencies),
    AssumeRoleWithSAML: unimplemented('Varve takes OpenID Connect tokens; SAML is left to AWS'),
    DecodeAuthorizationMessage: unimplemented(
      'no answer of Varve holds an encoded message; `varve doctor` explains a denial by its request id',
    ),
    AssumeRoot: unimplemented('organizations are kept by AWS'),
    ...unimplementedAll('tokens for other parties are given out by AWS', [
      'GetDelegatedAccessToken',
      'GetWebIdentityToken',
    ]),
  } satisfies OperationTable<StsOperation>;
}
