/**
 * What is wrong with a filter pattern, and where. The texts begin with AWS's own words ("Invalid filter pattern",
 * "Invalid character(s) in term '…'", as users report them); the position behind them is Varve's.
 */
import type { Span } from '../errors.ts';

export class InvalidFilterPattern extends Error {
  override readonly name = 'InvalidFilterPattern';
  /** UTF-16 offsets in the pattern. */
  readonly span: Span;

  constructor(message: string, span: Span) {
    super(message);
    this.span = span;
  }
}

/** @param what in words, without a full stop */
export function invalidPattern(what: string, span: Span): InvalidFilterPattern {
  return new InvalidFilterPattern(`Invalid filter pattern: ${what} at position ${span.start + 1}`, span);
}

export function invalidCharacter(character: string, start: number): InvalidFilterPattern {
  const span = { start, end: start + character.length };
  return new InvalidFilterPattern(`Invalid character(s) in term '${character}' at position ${start + 1}`, span);
}
