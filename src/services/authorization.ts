/**
 * What a caller must be allowed for an operation: data that stands beside the operation table of each service. The gateway
 * reads it before it calls the handler (`src/gateway/steps/authorize.ts`).
 * (Source of actions and resources: Service Authorization Reference, one page a service.)
 */
import type { AccessRequest, Caller, Directory, RequestContext } from '#identity';

/** Whose account and region an operation is called in, and what stands there. */
export interface NeedScope {
  readonly accountId: string;
  readonly region: string;
  /** Requests name IAM's things without their path; their ARNs, tags and boundaries are found here. */
  readonly directory: Directory;
  /** Whose own things an operation without a name is about. */
  readonly caller: Caller;
}

/** One action on one resource that the caller must be allowed. */
export interface Need {
  /** Such as `s3:GetObject`. */
  readonly action: string;
  /** An ARN, or `*` for actions that know no resources. */
  readonly resource: string;
  /** The service's own condition keys, such as `iam:PermissionsBoundary`; global ones are there anyway. */
  readonly context?: RequestContext;
  /** The owner, for ARNs that name no account and are in no registry; else the ARN's account, else the caller's. */
  readonly resourceAccountId?: string;
  /** Default `may-grant`. */
  readonly resourcePolicyRole?: AccessRequest['resourcePolicyRole'];
  /** The resource is yet to be made: whose it would be is the caller's account, whatever stands under its name. */
  readonly isNew?: boolean;
  /** The owning account's root may do it even where the resource's own policy denies everybody: else none could mend it. */
  readonly rootAlways?: boolean;
}

/**
 * What one operation needs: all of it. `anyone`: every caller may, whatever policies say (GetCallerIdentity), or the
 * handler judges a token of the request's own (AssumeRoleWithWebIdentity).
 */
export type Rule = 'anyone' | ((input: never, scope: NeedScope) => readonly Need[]);

/**
 * By operation. Every implemented operation has a rule (a test says so, and without one nobody may call it); those that are
 * not there need the action of their name on `*`.
 */
export type AuthorizationTable<Names extends string> = Readonly<Partial<Record<Names, Rule>>>;

/** The condition keys that tell which tags a request brings. (IAM User Guide, "Controlling access during AWS requests".) */
export function requestTagContext(tags: Readonly<Record<string, string>> | undefined): RequestContext {
  const entries = Object.entries(tags ?? {});
  if (entries.length === 0) return {};
  return {
    ...Object.fromEntries(entries.map(([key, value]) => [`aws:RequestTag/${key}`, value])),
    'aws:TagKeys': entries.map(([key]) => key),
  };
}

/** A rule with one need. */
export function needs<Input>(
  action: string,
  resource: (input: Input, scope: NeedScope) => string = () => '*',
  context?: (input: Input, scope: NeedScope) => RequestContext,
): Rule {
  return (input: Input, scope) => [
    { action, resource: resource(input, scope), ...(context && { context: context(input, scope) }) },
  ];
}
