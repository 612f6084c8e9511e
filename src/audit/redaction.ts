import type { AuditMembers } from '#records';
import type { Operation } from '#wire';
import type { AuditRule, AuditTable } from './rules.ts';

/** `requestParameters`: what the rule shows of the decoded input, keys in CloudTrail's spelling; null when there is nothing. */
export function requestParametersOf(
  _table: AuditTable,
  _rule: AuditRule,
  _operation: Operation,
  _input: Readonly<Record<string, unknown>>,
): AuditMembers | null {
  return null;
}

/** `responseElements`: as {@link requestParametersOf}; null for what only reads. */
export function responseElementsOf(
  _table: AuditTable,
  _rule: AuditRule,
  _operation: Operation,
  _output: Readonly<Record<string, unknown>>,
): AuditMembers | null {
  return null;
}
