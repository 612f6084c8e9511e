/** What a query says, immutable. Commands have their own nodes, in `commands/<command>/`. */
import type { Span } from '../errors.ts';

export type Expression =
  | FieldNode
  | LiteralNode
  | RegexNode
  | DurationNode
  | { readonly kind: 'list'; readonly items: readonly Expression[]; readonly span: Span }
  | { readonly kind: 'unary'; readonly operator: '-' | 'not'; readonly operand: Expression; readonly span: Span }
  | {
      readonly kind: 'binary';
      readonly operator: BinaryOperator;
      readonly left: Expression;
      readonly right: Expression;
      readonly span: Span;
    }
  | {
      readonly kind: 'like';
      readonly negated: boolean;
      readonly operand: Expression;
      readonly pattern: Expression;
      readonly span: Span;
    }
  | {
      readonly kind: 'in';
      readonly negated: boolean;
      readonly operand: Expression;
      readonly among: readonly Expression[] | Query;
      readonly span: Span;
    }
  | CallNode
  /** `x.y[0]`, where the name alone does not tell it: an index in brackets, a path behind a call. */
  | {
      readonly kind: 'access';
      readonly object: Expression;
      readonly path: readonly (string | number)[];
      readonly span: Span;
    };

/** A field by its flattened name, as it is discovered: `identity.arn`, `items.0.x`, `@timestamp`. */
export interface FieldNode {
  readonly kind: 'field';
  readonly name: string;
  readonly span: Span;
}
export interface LiteralNode {
  readonly kind: 'literal';
  readonly value: string | number | boolean | null;
  readonly span: Span;
}
export interface RegexNode {
  readonly kind: 'regex';
  readonly source: string;
  readonly span: Span;
}
/** Milliseconds for units up to a week; `months` for the longer ones. */
export interface DurationNode {
  readonly kind: 'duration';
  readonly value: number;
  readonly unit: DurationUnit;
  readonly text: string;
  readonly span: Span;
}
export type DurationUnit = 'ms' | 's' | 'm' | 'h' | 'd' | 'w' | 'mo' | 'q' | 'y';
export interface CallNode {
  readonly kind: 'call';
  /** Lower case. */
  readonly name: string;
  /** `count(*)` has none and `star`. */
  readonly args: readonly Expression[];
  readonly star: boolean;
  /** `bin(5m) offset 1m`: how much later its periods begin. */
  readonly offset?: DurationNode;
  readonly span: Span;
}
export type BinaryOperator = '+' | '-' | '*' | '/' | '%' | '^' | '=' | '!=' | '<' | '<=' | '>' | '>=' | 'and' | 'or';

/** An expression that is shown: under its alias, else under its own text. */
export interface Named {
  readonly expression: Expression;
  readonly name: string;
  readonly aliased: boolean;
  readonly span: Span;
}

/** A command of the pipeline; `command` tells which definition it belongs to. */
export interface CommandNode {
  readonly command: string;
  readonly span: Span;
}

export interface Query {
  readonly commands: readonly CommandNode[];
  readonly span: Span;
}
