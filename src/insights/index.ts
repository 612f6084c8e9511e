export { type SourceNode, sourceOf, type SourceSelection, type TagFilter } from './commands/source/source.ts';
export { type CompiledQuery, compileQuery, type CompileOptions } from './compile-query.ts';
export type { TimeRange } from './compile/context.ts';
export { type EventSource, PATH_SEPARATOR } from './compile/event-source.ts';
export { MalformedQuery, type Span } from './errors.ts';
export { commandNames, earlierOf, parseQuery, QUERY_CHARS_MAX, subqueriesOf } from './parse-query.ts';
export type { CommandNode, Query } from './syntax/index.ts';
