/** Who Principal and NotPrincipal elements name. (Source: IAM User Guide, "Principal" and "NotPrincipal".) */
import type { PrincipalElement } from './document.ts';

/** Who makes the request, as Principal elements name them. */
export type RequestPrincipal =
  | {
      readonly type: 'AWS';
      readonly accountId: string;
      /** The caller's own ARN: root, user or session. */
      readonly arn: string;
      /** For sessions: the role behind them, `arn:aws:iam::ACCOUNT:role/PATH/NAME`. */
      readonly roleArn?: string | undefined;
      /** For federated users: the user who called GetFederationToken; undefined when it was root. */
      readonly userArn?: string | undefined;
    }
  /** An AWS service, such as `bedrock.amazonaws.com`. */
  | { readonly type: 'Service'; readonly name: string }
  | { readonly type: 'Federated'; readonly name: string }
  | { readonly type: 'anonymous' };

/**
 * How closely a Principal element names the caller. `account`: their account, which merely lets that account's own
 * policies decide. `role`: the role or user behind their session, which grants within boundary and session policies.
 * `self`: the very user, session or service, or everybody, which grants whatever boundary and session leave unsaid.
 */
export type Naming = 'account' | 'role' | 'self';

export interface CompiledPrincipals {
  readonly not: boolean;
  readonly everyone: boolean;
  readonly aws: ReadonlySet<string>;
  readonly services: ReadonlySet<string>;
  readonly federated: ReadonlySet<string>;
}

export function compilePrincipals({ not, everyone, aws, services, federated }: PrincipalElement): CompiledPrincipals {
  return { not, everyone, aws: new Set(aws), services: new Set(services), federated: new Set(federated) };
}

/** Undefined when the caller is not named. */
export function namingOf(element: CompiledPrincipals, principal: RequestPrincipal): Naming | undefined {
  const { everyone, aws, services, federated } = element;
  if (everyone) return 'self';
  if (principal.type === 'Service') return services.has(principal.name) ? 'self' : undefined;
  if (principal.type === 'Federated') return federated.has(principal.name) ? 'self' : undefined;
  if (principal.type === 'anonymous') return undefined;
  const { accountId, arn, roleArn, userArn } = principal;
  if (aws.has(arn)) return 'self';
  const behind = roleArn ?? userArn;
  if (behind !== undefined && aws.has(behind)) return 'role';
  if (!aws.has(accountId) && !aws.has(rootArnOf(accountId))) return undefined;
  // Root is its account.
  return arn === rootArnOf(accountId) ? 'self' : 'account';
}

/**
 * Whether a Deny with NotPrincipal spares the caller: the account, the role or user behind a session, and the caller's
 * own ARN must all be named, as AWS judges one after the other.
 */
export function isSpared(element: CompiledPrincipals, principal: RequestPrincipal): boolean {
  if (element.everyone || principal.type !== 'AWS') return namingOf(element, principal) !== undefined;
  const { accountId, arn, roleArn, userArn } = principal;
  const rootArn = rootArnOf(accountId);
  const behind = roleArn ?? userArn;
  return (
    (element.aws.has(accountId) || element.aws.has(rootArn)) &&
    (behind === undefined || element.aws.has(behind)) &&
    (arn === rootArn || element.aws.has(arn))
  );
}

function rootArnOf(accountId: string): string {
  return `arn:aws:iam::${accountId}:root`;
}
