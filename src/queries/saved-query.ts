/** What a call of a saved query (`$name(parameter = value)`) runs. */
import { MalformedQuery, parseInvocation, type Span } from '#insights';
import type { QueryDefinition, QueryDefinitions } from './definitions.ts';
import type { QueryScope } from './types.ts';

export interface SavedQuery {
  readonly name: string;
  readonly text: string;
  /** Undefined: it has no parameters, and `{{` means nothing in it. */
  readonly values: ReadonlyMap<string, string> | undefined;
  readonly logGroupNames: readonly string[];
  /** Of the call. */
  readonly span: Span;
}

/**
 * The saved query that a text calls; undefined when it is an ordinary query.
 * @throws {MalformedQuery} for one that is not there, and for parameters without a value or that it does not have
 */
export function savedQueryOf(
  text: string,
  scope: QueryScope,
  definitions: Pick<QueryDefinitions, 'list'>,
): SavedQuery | undefined {
  const call = parseInvocation(text);
  if (!call) return undefined;
  const { name, values: given, span } = call;
  const [definition, ...others] = definitions.list(scope).filter((one) => one.name === name);
  if (!definition) throw new MalformedQuery(`There is no saved query ${name}.`, span);
  if (others.length > 0) {
    throw new MalformedQuery(`${others.length + 1} saved queries are called ${name}: give them different names.`, span);
  }
  if (definition.language !== 'CWLI') {
    throw new MalformedQuery(`The saved query ${name} is not in Logs Insights QL: only such can be called.`, span);
  }
  const { parameters } = definition;
  for (const [parameter, { span: place }] of given) {
    if (parameters.some((one) => one.name === parameter)) continue;
    throw new MalformedQuery(`The saved query ${name} has no parameter ${parameter}.`, place);
  }
  const values = new Map(
    parameters.map((one) => [one.name, given.get(one.name)?.text ?? one.defaultValue ?? missing(one, name, span)]),
  );
  const { text: saved, logGroupNames } = definition;
  return { name, text: saved, values: values.size > 0 ? values : undefined, logGroupNames, span };
}

function missing(parameter: QueryDefinition['parameters'][number], name: string, span: Span): never {
  throw new MalformedQuery(`The saved query ${name} needs a value for its parameter ${parameter.name}.`, span);
}
