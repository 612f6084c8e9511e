import type { PolicyDocument, RequestPrincipal, Statement } from '../policy/index.ts';

/** A policy and what it is called: the name of an inline policy, the ARN of a managed one, the ARN of a resource. */
export interface AttachedPolicy {
  readonly name: string;
  readonly document: PolicyDocument;
}

/** What a caller brings along. */
export interface CallerPolicies {
  /** `everything`: the account's root, which no policy of the account narrows. */
  readonly identity: 'everything' | readonly AttachedPolicy[];
  /** Undefined: no boundary is set. An empty list allows nothing. */
  readonly boundary: readonly AttachedPolicy[] | undefined;
  /** Undefined: the session has none. Inline and managed session policies count together: an allow in any of them is one. */
  readonly session: readonly AttachedPolicy[] | undefined;
}

/** Values of condition keys, in any case: `{'aws:SourceIp': '10.0.0.1'}`. */
export type RequestContext = Readonly<Record<string, string | readonly string[]>>;

/** One action on one resource. */
export interface AccessRequest {
  /** Such as `s3:PutObject`. */
  readonly action: string;
  /** An ARN, or `*` for actions without one. */
  readonly resource: string;
  readonly context: RequestContext;
  /** Who asks. */
  readonly principal: RequestPrincipal;
  readonly accountId: string;
  readonly policies: CallerPolicies;
  /** The account that the resource belongs to. */
  readonly resourceAccountId: string;
  /** The policy on the resource itself, where it has one. */
  readonly resourcePolicy: AttachedPolicy | undefined;
  /**
   * `may-grant`: the resource's policy can grant by itself within the account (buckets, log groups).
   * `must-allow`: nothing is allowed without it (trust policies).
   */
  readonly resourcePolicyRole: 'may-grant' | 'must-allow';
}

/** Whose word decided, in AWS's words for error messages. */
export type PolicyLayer = 'identity-based policy' | 'resource-based policy' | 'permissions boundary' | 'session policy';

export interface AccessDecision {
  readonly effect: 'allow' | 'explicit-deny' | 'implicit-deny';
  /** The layer that denied or, when allowed, that granted. Undefined when root was allowed. */
  readonly layer: PolicyLayer | undefined;
  /** The policy with the deciding statement; undefined when it was silence that denied. */
  readonly policy: string | undefined;
  readonly statement: Statement | undefined;
}
