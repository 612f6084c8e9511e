/** What stands in the account as a whole: for audits. */
import type { AuthorizationTable } from '../authorization.ts';
import type { IamDependencies } from './dependencies.ts';
import { getAccountAuthorizationDetails } from './operations/get-account-authorization-details.ts';
import { getAccountSummary } from './operations/get-account-summary.ts';

export const accountAuthorization = {
  GetAccountAuthorizationDetails: () => [{ action: 'iam:GetAccountAuthorizationDetails', resource: '*' }],
  GetAccountSummary: () => [{ action: 'iam:GetAccountSummary', resource: '*' }],
} satisfies AuthorizationTable<string>;

export function accountOperations(dependencies: IamDependencies) {
  return {
    GetAccountAuthorizationDetails: getAccountAuthorizationDetails(dependencies),
    GetAccountSummary: getAccountSummary(dependencies),
  };
}
