export { type FilterPattern, regexCount } from './ast.ts';
export { InvalidFilterPattern } from './errors.ts';
export { selectorOf } from './json-predicate.ts';
export { FILTER_PATTERN_CHARS_MAX, parseFilterPattern } from './parse.ts';
export { compileTest } from './predicate.ts';
export type { EventTest } from './scalars.ts';
export { compileFilterSql, type FilterSql } from './sql.ts';
