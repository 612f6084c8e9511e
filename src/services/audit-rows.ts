/** Short ways to write the rules of `audit.ts`: one row an operation. */
import type { AuditRule, Shown } from '#audit';
import type { AuditResource } from '#records';

export type AuditResources = NonNullable<AuditRule['resources']>;
type More = Partial<Omit<AuditRule, 'category' | 'readOnly' | 'request' | 'response'>>;

/** Changes nothing; what it answers is not told. */
export function reads(request: Shown, more: More = {}): AuditRule {
  return { category: 'Management', readOnly: true, request, response: 'none', ...more };
}

/** Changes something. */
export function changes(request: Shown, response: Shown = 'none', more: More = {}): AuditRule {
  return { category: 'Management', readOnly: false, request, response, ...more };
}

/** A data event: trails have it when a selector asks for one of its resources' types. */
export function data(resources: AuditResources, rule: AuditRule): AuditRule {
  return { ...rule, category: 'Data', resources };
}

/** AWS records no event of it. */
export const UNRECORDED: AuditRule = { category: 'none', readOnly: true, request: 'none', response: 'none' };

/** Many operations with the same rule. */
export function each<Names extends string>(rule: AuditRule, names: readonly Names[]): Record<Names, AuditRule> {
  return Object.fromEntries(names.map((name) => [name, rule])) as Record<Names, AuditRule>;
}

/** `under('agent', ['agentId'])` is `['agent.agentId']`. */
export function under(member: string, names: readonly string[]): readonly string[] {
  return names.map((name) => `${member}.${name}`);
}

/** The account in an ARN; undefined where it has none, as those of buckets and foundation models. */
export function accountOfArn(arn: string): string | undefined {
  return arn.split(':')[4] || undefined;
}

/** One resource of a type by its ARN, or none of the type in particular; of the ARN's account, else of `accountId`. */
export function resourceOf(type: string, ARN: string | undefined, accountId: string): AuditResource {
  if (ARN === undefined) return { accountId, type };
  return { ARN, accountId: accountOfArn(ARN) ?? accountId, type };
}
