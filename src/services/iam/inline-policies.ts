/** Inline policies of users and groups, which are kept alike. */
import { type PolicyHolder, policySize } from '#identity';
import { ApiError } from '#wire';
import { checkDocument } from './documents.ts';
import { type Page, pageOf } from './paging.ts';

/** Whose policies they are, and how much they may have together. */
export interface InlinePolicyOwner {
  readonly kind: 'user' | 'group';
  readonly name: string;
  /** Without white space. */
  readonly charsMax: number;
}

/**
 * The holder with a policy added or replaced.
 * @throws {ApiError} MalformedPolicyDocument, LimitExceeded
 */
export function withInlinePolicy<T extends PolicyHolder>(
  holder: T,
  name: string,
  document: string,
  owner: InlinePolicyOwner,
): T {
  const inlinePolicies = { ...holder.inlinePolicies, [name]: document };
  const size = Object.values(inlinePolicies).reduce((sum, one) => sum + policySize(one), 0);
  if (size > owner.charsMax) {
    throw new ApiError(
      'LimitExceeded',
      `Maximum policy size of ${owner.charsMax} bytes exceeded for ${owner.kind} ${owner.name}`,
    );
  }
  checkDocument(document, 'identity');
  return { ...holder, inlinePolicies };
}

/** The holder without the policy, or undefined when it has none of that name. */
export function withoutInlinePolicy<T extends PolicyHolder>(holder: T, name: string): T | undefined {
  if (!Object.hasOwn(holder.inlinePolicies, name)) return undefined;
  const { [name]: _, ...inlinePolicies } = holder.inlinePolicies;
  return { ...holder, inlinePolicies };
}

export function inlinePolicyOf(holder: PolicyHolder, name: string): string | undefined {
  return Object.hasOwn(holder.inlinePolicies, name) ? holder.inlinePolicies[name] : undefined;
}

/** One page of the policies' names. */
export function inlinePolicyNames(
  holder: PolicyHolder,
  page: { Marker?: string | undefined; MaxItems?: number | undefined },
): Page<string> {
  return pageOf(Object.keys(holder.inlinePolicies).toSorted(), (name) => name, page);
}
