/**
 * Filter patterns over a group's events: the store selects candidates, the predicate decides (it reads some JSON that the
 * engine does not).
 */
import { compileFilterSql, compileTest, InvalidFilterPattern, Parameters, parseFilterPattern } from '#insights';
import type { EventTest, FilterPattern } from '#insights';
import type { LogEventQuery } from '#store';
import { invalidParameter } from './errors.ts';

export interface EventFilter {
  readonly matching: NonNullable<LogEventQuery['matching']>;
  readonly test: EventTest;
}

/**
 * What a pattern selects; undefined when it is everything.
 * @throws {ApiError} InvalidParameterException
 */
export function compileFilter(text: string): EventFilter | undefined {
  const pattern = readPattern(text);
  const parameters = new Parameters();
  const { candidates } = compileFilterSql(pattern, parameters);
  if (candidates === undefined) return undefined;
  return { matching: { sql: candidates, parameters: parameters.values }, test: compileTest(pattern) };
}

/** @throws {ApiError} InvalidParameterException in AWS's words, with the place */
export function readPattern(text: string): FilterPattern {
  try {
    return parseFilterPattern(text);
  } catch (error) {
    throw error instanceof InvalidFilterPattern ? invalidParameter(error.message) : error;
  }
}
