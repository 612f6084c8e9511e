/** What commands and functions compile with: parameters, where events come from, and the stages made so far. */
import { MalformedQuery, type Span } from '../errors.ts';
import type { CallNode, CommandNode, Expression, Query } from '../syntax/index.ts';
import { EventFields, type EventSource } from './event-source.ts';
import { compileExpression } from './expressions.ts';
import type { KnownWords } from './known-words.ts';
import { jsonAccess } from './json-access.ts';
import type { Lookups } from './lookup-tables.ts';
import type { Parameters } from './parameters.ts';
import type { Column, Relation } from './relation.ts';
import { asCondition, type Typed } from './typed.ts';

/** Both inclusive, milliseconds since the epoch. */
export interface TimeRange {
  readonly startMs: number;
  readonly endMs: number;
}

/** What the query knows of itself. */
export interface QueryTimes extends TimeRange {
  readonly nowMs: number;
}

/** What of the query lies outside of its own events. */
export interface Outside {
  /** Sources of subqueries. */
  readonly nested: ReadonlyMap<Query, EventSource>;
  readonly lookups: Lookups;
  readonly words: KnownWords;
  /** For nodes that compare with an earlier time: its events, and the commands that they pass before. */
  readonly earlier: ReadonlyMap<CommandNode, { readonly source: EventSource; readonly before: Query }>;
}

/** The column of a group that tells how many rows it is made of. */
export const MATCHED = 'matched';

export class CompileContext {
  readonly parameters: Parameters;
  /** The `stats` that is to tell {@link MATCHED} of its groups. */
  telling: CommandNode | undefined;
  readonly times: QueryTimes;
  readonly lookups: Lookups;
  readonly words: KnownWords;
  readonly #outside: Outside;
  readonly #pipeline: (query: Query, input: Relation) => Relation;
  readonly #bases: { readonly fields: EventFields; readonly source: EventSource }[] = [];
  readonly #stages: string[] = [];
  #columns = 0;
  #own: Relation | undefined;

  /**
   * @param pipeline compiles the commands of a query one after the other
   */
  constructor(
    parameters: Parameters,
    times: QueryTimes,
    outside: Outside,
    pipeline: (query: Query, input: Relation, context: CompileContext) => Relation,
  ) {
    this.parameters = parameters;
    this.times = times;
    this.lookups = outside.lookups;
    this.words = outside.words;
    this.#outside = outside;
    this.#pipeline = (query, input) => pipeline(query, input, this);
  }

  /** The events of a source, before any command. */
  eventsOf(source: EventSource): Relation {
    const base = this.#bases.length === 0 ? 'events' : `events${this.#bases.length}`;
    const fields = new EventFields(base, this.parameters, source);
    this.#bases.push({ fields, source });
    const relation: Relation = {
      from: base,
      made: new Map(),
      events: fields,
      shown: undefined,
      displayed: false,
      order: undefined,
      limit: undefined,
    };
    this.#own ??= relation;
    return relation;
  }

  /** All events of the query itself, whatever commands stand between. */
  get ownEvents(): Relation {
    if (!this.#own) throw new Error('BUG: the query has no events yet');
    return this.#own;
  }

  /** The rows that a subquery gives, as stages of the same statement. */
  subquery(query: Query): Relation {
    const source = this.#outside.nested.get(query);
    if (!source) throw new MalformedQuery('A subquery begins with SOURCE and the name of a log group.', query.span);
    return this.#pipeline(query, this.eventsOf(source));
  }

  /** The rows that come to a node, made of the events of the earlier time that it compares with. */
  earlierRows(node: CommandNode): Relation {
    const found = this.#outside.earlier.get(node);
    if (!found) throw new MalformedQuery(`A subquery cannot have ${node.command}.`, node.span);
    return this.#pipeline(found.before, this.eventsOf(found.source));
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

  /**
   * The value of a field in the rows of a relation: one that the query made, a path inside such a one, or one of the events.
   * After an aggregation only made fields are there; what is not is null, as a missing field is.
   */
  field(name: string, relation: Relation, _span: Span): Typed {
    const made = relation.made.get(name) ?? this.#insideMade(name, relation);
    if (made) return made;
    const unmade = name.startsWith('@') ? undefined : relation.unmade?.(name);
    if (unmade && relation.events && unmade.kind === 'any') {
      return { sql: `coalesce(${unmade.sql}, ${relation.events.field(name).sql})`, kind: 'any' };
    }
    if (unmade) return unmade;
    if (relation.events) return relation.events.field(name);
    return { sql: "CAST(NULL, 'Nullable(String)')", kind: 'any' };
  }

  /** `j.a.0` where `j` was made: what jsonParse, unnest and the like have given. */
  #insideMade(name: string, relation: Relation): Typed | undefined {
    for (let dot = name.lastIndexOf('.'); dot > 0; dot = name.lastIndexOf('.', dot - 1)) {
      const object = relation.made.get(name.slice(0, dot));
      if (object === undefined || (object.kind !== 'json' && object.kind !== 'any')) continue;
      const path = name.slice(dot + 1).split('.');
      return jsonAccess(
        object,
        path.map((step) => (/^\d{1,6}$/.test(step) ? Number(step) : step)),
        this,
      );
    }
    return undefined;
  }

  /** An expression over the rows of a relation. @throws {MalformedQuery} */
  expression(node: Expression, relation: Relation): Typed {
    return compileExpression(node, relation, this);
  }

  /** The condition of a filter, which drops rows for which it is null. @throws {MalformedQuery} */
  condition(node: Expression, relation: Relation): string {
    return asCondition(compileExpression(node, relation, this, undefined, true));
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
