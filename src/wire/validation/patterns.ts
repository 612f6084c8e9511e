/**
 * The API models' regular expressions as JavaScript's, made safe.
 *
 * The models are written for Java; AWS matches the whole value. Some of the patterns backtrack exponentially, which in
 * this process would be a denial of service by one short string: those are replaced by equivalent ones (P20 of
 * aws-wire.md). Error texts always show the model's own pattern.
 */

/** Longer values are not matched at all: their length is refused already, and matching is not linear everywhere. */
export const PATTERN_INPUT_CHARS_MAX = 64 * 1024;

/** The model's pattern → one that accepts the same whole strings without ambiguity. */
export const REWRITTEN_PATTERNS: Readonly<Record<string, string>> = {};

const COMPILED = new Map<string, RegExp | undefined>();

/** Does the whole value match? True when the pattern cannot be said in JavaScript: AWS's check is then left out. */
export function matchesPattern(pattern: string, value: string): boolean {
  let compiled = COMPILED.get(pattern);
  if (compiled === undefined && !COMPILED.has(pattern)) {
    compiled = compilePattern(pattern);
    COMPILED.set(pattern, compiled);
  }
  return compiled === undefined || compiled.test(value);
}

/** Undefined when the pattern is none of JavaScript's even after the changes known here. */
export function compilePattern(pattern: string): RegExp | undefined {
  const source = Object.hasOwn(REWRITTEN_PATTERNS, pattern) ? (REWRITTEN_PATTERNS[pattern] ?? pattern) : pattern;
  const isDotAll = source.startsWith('(?s)');
  const whole = `^(?:${isDotAll ? source.slice('(?s)'.length) : source})$`;
  for (const flags of isDotAll ? ['us', 's'] : ['u', '']) {
    try {
      return new RegExp(whole, flags);
    } catch {
      // Escapes such as `\_` are errors with the flag u, and only then.
    }
  }
  return undefined;
}
