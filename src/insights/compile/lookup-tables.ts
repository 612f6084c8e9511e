/**
 * Lookup tables: texts in columns beside the events. They may be large, so their cells are bound when the statement runs:
 * a column is one text, its cells joined by U+001E.
 */
import { MalformedQuery, type Span } from '../errors.ts';

export interface LookupTable {
  /** Names of the columns, in order. */
  readonly fields: readonly string[];
  readonly records: number;
}

export const CELL_SEPARATOR = '\u001E';

/** A column whose cells must be bound under the parameter's name. */
export interface LookupColumn {
  readonly parameter: string;
  readonly table: string;
  readonly field: string;
}

/** The tables of a query's account and Region, and which of their columns the query reads. */
export class Lookups {
  readonly #tables: ReadonlyMap<string, LookupTable>;
  readonly #columns: LookupColumn[] = [];

  constructor(tables: ReadonlyMap<string, LookupTable>) {
    this.#tables = tables;
  }

  get columns(): readonly LookupColumn[] {
    return this.#columns;
  }

  /**
   * A SELECT whose rows have the fields as `aliases`, non-null texts.
   * @throws {MalformedQuery} when there is no such table, or it has no such field
   */
  rows(table: string, fields: readonly { readonly field: string; readonly alias: string }[], span: Span): string {
    const found = this.#tables.get(table);
    if (!found) throw new MalformedQuery(`There is no lookup table ${table}.`, span);
    const missing = fields.find(({ field }) => !found.fields.includes(field));
    if (missing) throw new MalformedQuery(`The lookup table ${table} has no field ${missing.field}.`, span);
    const cells = fields.map(({ field }) => `splitByChar('\\x1E', ${this.#column(table, field)})`);
    const list = fields.map(({ alias }, index) => `cells.${index + 1} AS ${alias}`);
    const none = found.records === 0 ? ' WHERE 0' : '';
    return `SELECT ${list.join(', ')} FROM (SELECT arrayJoin(arrayZip(${cells.join(', ')})) AS cells)${none}`;
  }

  #column(table: string, field: string): string {
    let column = this.#columns.find((one) => one.table === table && one.field === field);
    if (!column) {
      column = { parameter: `cells${this.#columns.length}`, table, field };
      this.#columns.push(column);
    }
    return `{${column.parameter}:String}`;
  }
}
