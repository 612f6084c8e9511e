/**
 * Policy variables: `${aws:username}`, with a default as `${aws:PrincipalTag/team, 'none'}`, and the
 * characters `${*}`, `${?}`, `${$}` as themselves. What a variable stands for is never a wildcard.
 * (Source: IAM User Guide, "IAM policy elements: Variables and tags".)
 */
import type { PolicyDocument } from './document.ts';
import type { PatternPart } from './glob.ts';

/** Values of the request's context by key, lower case. */
export interface ConditionContext {
  /** All values, whatever the spelling they came under. */
  get(key: string): readonly string[] | undefined;
  /** The values of each spelling, where the request has several that differ in case only. */
  spellings?(key: string): readonly (readonly string[])[] | undefined;
}

/** Whether the text says something else from request to request. Policies of the 2008 language know no variables. */
export function hasVariables(pattern: string, version: PolicyDocument['version']): boolean {
  return version === '2012-10-17' && pattern.includes('${');
}

/** The pattern with its variables filled in, or undefined when one has no value (then it can match nothing). */
export function fillVariables(
  pattern: string,
  version: PolicyDocument['version'],
  context: ConditionContext,
): readonly PatternPart[] | undefined {
  if (!hasVariables(pattern, version)) return [{ text: pattern, literal: false }];
  const parts: PatternPart[] = [];
  let rest = 0;
  for (let open = pattern.indexOf('${'); open >= 0; open = pattern.indexOf('${', rest)) {
    const close = pattern.indexOf('}', open);
    if (close < 0) break;
    parts.push({ text: pattern.slice(rest, open), literal: false });
    const value = variableValue(pattern.slice(open + 2, close), context);
    if (value === undefined) return undefined;
    parts.push({ text: value, literal: true });
    rest = close + 1;
  }
  parts.push({ text: pattern.slice(rest), literal: false });
  return parts;
}

/** The text that parts stand for, where no wildcard counts. */
export function plainText(parts: readonly PatternPart[]): string {
  return parts.length === 1 ? (parts[0]?.text ?? '') : parts.map((part) => part.text).join('');
}

function variableValue(expression: string, context: ConditionContext): string | undefined {
  if (expression === '*' || expression === '?' || expression === '$') return expression;
  const [, key = '', fallback] = WITH_DEFAULT.exec(expression) ?? [];
  const values = context.get(key.toLowerCase());
  // A key with several values has no one text to stand for it, and its default is for when it is missing.
  if (values && values.length > 0) return values.length === 1 ? values[0] : undefined;
  return fallback;
}

/** "Separate the variable text and the default value with a comma and space." */
const WITH_DEFAULT = /^([^,]*)(?:, '([^']*)')?$/;
