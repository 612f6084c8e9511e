/**
 * The API models' regular expressions as JavaScript's, made safe.
 *
 * The models are written for Java; AWS matches the whole value. Some of the patterns backtrack exponentially, which in
 * this process would be a denial of service by one short string: those are replaced by equivalent ones (P20 of
 * aws-wire.md). Error texts always show the model's own pattern.
 */

/** Longer values are not matched at all: matching is not linear everywhere. Only policy documents come near it. */
export const PATTERN_INPUT_CHARS_MAX = 128 * 1024;

/**
 * Fragments that backtrack exponentially, and the same without ambiguity. In the first two "-" is in the class itself, so
 * that a run of them could be split in as many ways as there are; the second differs only in values that the
 * length refuses.
 */
const REWRITTEN_FRAGMENTS: readonly (readonly [fragment: string, equivalent: string])[] = [
  [String.raw`(-*[a-zA-Z0-9\+\-\.])*`, String.raw`[a-zA-Z0-9\+\-\.]*`],
  [String.raw`(-*[a-zA-Z0-9\+\-\.]){0,63}`, String.raw`(?:-*[a-zA-Z0-9\+\.]){0,63}-*`],
  // Smithy's official case of a hostile pattern.
  ['([0-9]+)+', '[0-9]+'],
];

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
  let source = pattern;
  for (const [fragment, equivalent] of REWRITTEN_FRAGMENTS) source = source.replaceAll(fragment, () => equivalent);
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
