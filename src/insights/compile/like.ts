import { MalformedQuery, type Span } from '../errors.ts';
import type { Expression } from '../syntax/index.ts';
import type { CompileContext } from './context.ts';
import { asText, type Typed } from './typed.ts';

/** `like "text"`: contains, case-sensitive. `like /regex/`, `=~ /regex/`: matches anywhere. */
export function likeSql(
  operand: Typed,
  pattern: Expression,
  context: CompileContext,
  compile: (node: Expression) => Typed,
): string {
  if (pattern.kind === 'regex') {
    return `match(${asText(operand)}, ${context.parameters.text(regexSource(pattern.source, pattern.span))})`;
  }
  return `(position(${asText(operand)}, ${asText(compile(pattern))}) > 0)`;
}

const BACKTRACKING = /\(\?(?:[=!]|<[=!])|\\[1-9]/;
const ATOMIC = /\(\?>|[*+?}]\+/;

/**
 * The pattern for the engine's RE2: linear in time whatever it is. What only a backtracking engine can do is refused.
 * @throws {MalformedQuery}
 */
export function regexSource(source: string, span: Span): string {
  const bare = source.replaceAll(/\\\\/g, '').replaceAll(/\[(?:\\.|[^\]\\])*\]/g, '[]');
  if (BACKTRACKING.test(bare) || ATOMIC.test(bare)) {
    throw new MalformedQuery(
      'The regular expression uses a look-around, a back-reference or a possessive quantifier, which Logs Insights does not have.',
      span,
    );
  }
  return source.replaceAll(/\(\?<(?=[A-Za-z_])/g, '(?P<');
}
