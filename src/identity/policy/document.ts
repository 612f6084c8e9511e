/** What a policy document says, once read and found well formed (`parse.ts`). Immutable. */

export interface PolicyDocument {
  readonly version: '2012-10-17' | '2008-10-17';
  readonly id: string | undefined;
  readonly statements: readonly Statement[];
}

export interface Statement {
  readonly sid: string | undefined;
  readonly effect: 'Allow' | 'Deny';
  /** Undefined in policies that belong to an identity: they speak of whoever they are attached to. */
  readonly principals: PrincipalElement | undefined;
  readonly actions: Element;
  /** Undefined in trust policies: they speak of the role they belong to. */
  readonly resources: Element | undefined;
  readonly conditions: readonly Condition[];
}

/** Patterns of an element; `not`: everything but these (NotAction, NotResource). */
export interface Element {
  readonly not: boolean;
  readonly patterns: readonly string[];
}

export interface PrincipalElement {
  readonly not: boolean;
  /** `"*"` and `{"AWS": "*"}`. */
  readonly everyone: boolean;
  readonly aws: readonly string[];
  readonly services: readonly string[];
  readonly federated: readonly string[];
}

export interface Condition {
  /** The operator without prefix and suffix, such as `StringEquals`. */
  readonly operator: string;
  readonly set: 'ForAllValues' | 'ForAnyValue' | undefined;
  readonly ifExists: boolean;
  /** The context key, lower case. */
  readonly key: string;
  readonly values: readonly string[];
}

/** What a policy is for, which decides what it must and must not say. */
export type PolicyKind = 'identity' | 'trust' | 'resource';

/**
 * A policy document that AWS would refuse. The message is AWS's sentence; which code it goes under is the
 * service's matter (`MalformedPolicyDocument` in IAM, `MalformedPolicy` in S3).
 */
export class MalformedPolicy extends Error {
  override readonly name = 'MalformedPolicy';
}
