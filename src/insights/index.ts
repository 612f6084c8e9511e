export { type SourceNode, sourceOf, type SourceSelection, type TagFilter } from './commands/source/source.ts';
export { type CompiledQuery, compileQuery, type CompileOptions } from './compile-query.ts';
export type { TimeRange } from './compile/context.ts';
export { type EventSource, PATH_SEPARATOR } from './compile/event-source.ts';
export { type WordPart, wordKey } from './compile/known-words.ts';
export { CELL_SEPARATOR, type LookupColumn, type LookupTable } from './compile/lookup-tables.ts';
export { functionNames, openSearchFunctionNames } from './functions/index.ts';
export { MalformedQuery, type Span } from './errors.ts';
export { type Invocation, parseInvocation } from './invocation.ts';
export { parseQuery, type QueryLanguage } from './languages.ts';
export { commandNames, earlierOf, QUERY_CHARS_MAX, subqueriesOf } from './parse-query.ts';
export type { CommandNode, Query } from './syntax/index.ts';
export {
  compileFilterSql,
  compileTest,
  type EventTest,
  FILTER_PATTERN_CHARS_MAX,
  type FilterPattern,
  type FilterSql,
  InvalidFilterPattern,
  parseFilterPattern,
  regexCount,
  selectorOf,
} from './filter-pattern/index.ts';
export { Parameters } from './compile/parameters.ts';
