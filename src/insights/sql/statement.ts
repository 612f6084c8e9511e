/** What a SELECT says, before it is taken apart into stages. */
import type { Span } from '../errors.ts';
import type { OrderKey } from '../opensearch/steps/order.ts';
import type { WindowItem } from '../opensearch/steps/window.ts';
import type { CommandNode, Expression } from '../syntax/index.ts';

export interface SelectItem {
  readonly expression: Expression;
  /** Undefined: the item has no name of its own, and is called as its text. */
  readonly alias: string | undefined;
  readonly text: string;
  readonly span: Span;
}

/** `*`, or `t.*`, where it stands in the list. */
export interface StarItem {
  readonly star: true;
  readonly table: string | undefined;
  readonly span: Span;
}

export interface Table {
  /** The source and what filters it, or the stages of a SELECT in brackets. */
  readonly commands: readonly CommandNode[];
  /** The names that may stand before its fields. */
  readonly names: readonly string[];
  /** The columns of a SELECT in brackets; undefined for log groups, whose fields are not known before. */
  readonly columns: readonly string[] | undefined;
  readonly span: Span;
}

export interface Join {
  readonly type: 'inner' | 'left';
  readonly table: Table;
  readonly on: Expression;
  readonly span: Span;
}

export interface Select {
  readonly distinct: boolean;
  readonly items: readonly (SelectItem | StarItem)[];
  readonly from: Table;
  readonly join: Join | undefined;
  readonly where: Expression | undefined;
  readonly groupBy: readonly Expression[];
  readonly having: Expression | undefined;
  /** Calls before OVER; in the expressions stand fields of their names. */
  readonly windows: readonly WindowItem[];
  readonly span: Span;
}

/** What stands behind the last SELECT of a statement. */
export interface Tail {
  readonly orderBy: readonly OrderKey[];
  readonly limit: number | undefined;
  readonly offset: number;
  readonly span: Span;
}

/** What a SELECT becomes: its stages and the names of its columns. */
export interface Planned {
  readonly commands: readonly CommandNode[];
  readonly columns: readonly string[];
}
