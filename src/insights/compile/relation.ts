/** The rows between two commands: where they come from and what a name means in them. Immutable. */
import type { EventFields } from './event-source.ts';
import type { Typed } from './typed.ts';

/** A field that the query made: `sql` is a column of the stage the relation reads from. */
export interface Column extends Typed {
  readonly name: string;
}

export interface Relation {
  /** The CTE that the rows come from. */
  readonly from: string;
  /** Fields made by the query so far, by name. They hide discovered fields of the same name. */
  readonly made: ReadonlyMap<string, Column>;
  /** Reads the events' own fields, while the rows are events: after `stats` only made fields are there. */
  readonly events: EventFields | undefined;
  /**
   * What is shown: undefined means @timestamp and @message. `fields` adds to it, `display` replaces it. Names of events'
   * fields or of made ones.
   */
  readonly shown: readonly string[] | undefined;
  /** `display` was there: `fields` after it only defines. */
  readonly displayed: boolean;
  /** ORDER BY terms over columns of `from`. Undefined: as they come, for events newest first. */
  readonly order: readonly OrderTerm[] | undefined;
  /** The limit that the query itself set. */
  readonly limit: number | undefined;
  /** Rows were judged together on the way (dedup, limit, …): no index can serve a condition that comes after. */
  readonly gathered?: boolean | undefined;
  /** What a name means that no command made, before the event's own field: of `parse logfmt` the names are in the texts. */
  readonly unmade?: ((name: string) => Typed | undefined) | undefined;
  /** Behind `pattern`: the rows that it grouped, for the command right behind it, which compares them with others. */
  readonly texts?: string | undefined;
}

export interface OrderTerm {
  readonly sql: string;
  readonly descending: boolean;
}
