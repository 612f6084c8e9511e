/** What commands and functions compile with: parameters, where events come from, and the stages made so far. */
import { MalformedQuery, type Span } from '../errors.ts';
import type { CallNode, Expression, Query } from '../syntax/index.ts';
import { EventFields, type EventSource } from './event-source.ts';
import { compileExpression } from './expressions.ts';
import type { Parameters } from './parameters.ts';
import type { Column, Relation } from './relation.ts';
import type { Typed } from './typed.ts';

/** What the query knows of itself. Milliseconds since the epoch. */
export interface QueryTimes {
  readonly startMs: number;
  readonly endMs: number;
  readonly nowMs: number;
}

export class CompileContext {
  readonly parameters: Parameters;
  readonly times: QueryTimes;
  readonly #nested: ReadonlyMap<Query, EventSource>;
  readonly #pipeline: (query: Query, input: Relation) => Relation;
  readonly #bases: { readonly fields: EventFields; readonly source: EventSource }[] = [];
  readonly #stages: string[] = [];
  #columns = 0;

  /**
   * @param nested sources of subqueries
   * @param pipeline compiles the commands of a query one after the other
   */
  constructor(
    parameters: Parameters,
    times: QueryTimes,
    nested: ReadonlyMap<Query, EventSource>,
    pipeline: (query: Query, input: Relation, context: CompileContext) => Relation,
  ) {
    this.parameters = parameters;
    this.times = times;
    this.#nested = nested;
    this.#pipeline = (query, input) => pipeline(query, input, this);
  }

  /** The events of a source, before any command. */
  eventsOf(source: EventSource): Relation {
    const base = this.#bases.length === 0 ? 'events' : `events${this.#bases.length}`;
    const fields = new EventFields(base, this.parameters, source.others);
    this.#bases.push({ fields, source });
    return {
      from: base,
      made: new Map(),
      events: fields,
      shown: undefined,
      displayed: false,
      order: undefined,
      limit: undefined,
    };
  }

  /** The rows that a subquery gives, as stages of the same statement. */
  subquery(query: Query): Relation {
    const source = this.#nested.get(query);
    if (!source) throw new MalformedQuery('A subquery begins with SOURCE and the name of a log group.', query.span);
    return this.#pipeline(query, this.eventsOf(source));
  }

  /** The first stages, written last: only when all else is compiled it is known what they read. */
  get bases(): string[] {
    return this.#bases.map(({ fields, source }) => fields.stage(source));
  }

  /** Adds a stage: the body of a CTE, without user text. Gives its name. */
  stage(body: string): string {
    const name = `s${this.#stages.length}`;
    this.#stages.push(`${name} AS (${body})`);
    return name;
  }

  get stages(): readonly string[] {
    return this.#stages;
  }

  /** A column name that no other stage uses. */
  newColumn(): string {
    this.#columns += 1;
    return `c${this.#columns}`;
  }

  /** The value of a field in the rows of a relation; missing after `stats` means unknown. */
  field(name: string, relation: Relation, span: Span): Typed {
    const made = relation.made.get(name);
    if (made) return made;
    if (relation.events) return relation.events.field(name);
    return this.unknownField(name, span);
  }

  /** After an aggregation only its own names are there; what is not is null, as a missing field is. */
  unknownField(_name: string, _span: Span): Typed {
    return { sql: "CAST(NULL, 'Nullable(String)')", kind: 'any' };
  }

  /** An expression over the rows of a relation. @throws {MalformedQuery} */
  expression(node: Expression, relation: Relation): Typed {
    return compileExpression(node, relation, this);
  }

  /** A relation whose rows have further columns. */
  extended(relation: Relation, added: readonly { readonly name: string; readonly value: Typed }[]): Relation {
    if (added.length === 0) return relation;
    const made = new Map(relation.made);
    const list = added.map(({ name, value }) => {
      const column: Column = { name, sql: this.newColumn(), kind: value.kind };
      made.set(name, column);
      return `${value.sql} AS ${column.sql}`;
    });
    return { ...relation, from: this.stage(`SELECT *, ${list.join(', ')} FROM ${relation.from}`), made };
  }
}

/** A wrong number of arguments, in words. */
export function wrongArguments({ name, span }: CallNode, expected: string): MalformedQuery {
  return new MalformedQuery(`The function ${name} takes ${expected}.`, span);
}

export type { Query };
