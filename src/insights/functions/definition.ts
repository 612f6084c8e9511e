import type { CompileContext } from '../compile/context.ts';
import type { Relation } from '../compile/relation.ts';
import type { Typed } from '../compile/typed.ts';
import { MalformedQuery } from '../errors.ts';
import type { CallNode } from '../syntax/index.ts';

/** A function of the language. (CloudWatch Logs User Guide, "Supported operations and functions".) */
export interface FunctionDefinition {
  /** As the documentation writes it, for messages. */
  readonly name: string;
  /** Whether it makes one value of many rows: in `stats` only. */
  readonly aggregate: boolean;
  /** @throws {MalformedQuery} for wrong arguments */
  readonly compile: (node: CallNode, args: readonly Typed[], context: CompileContext, relation: Relation) => Typed;
}

export type FunctionTable = Readonly<Record<string, FunctionDefinition>>;

type Compile = FunctionDefinition['compile'];

/** A scalar function with `least` to `most` arguments. */
export function scalar(name: string, least: number, most: number, compile: Compile): FunctionTable {
  return { [name.toLowerCase()]: { name, aggregate: false, compile: counted(name, least, most, compile) } };
}

/** An aggregate function. */
export function aggregate(name: string, least: number, most: number, compile: Compile): FunctionTable {
  return { [name.toLowerCase()]: { name, aggregate: true, compile: counted(name, least, most, compile) } };
}

/** The same function under further names. */
export function alsoNamed(table: FunctionTable, ...names: readonly string[]): FunctionTable {
  const [definition] = Object.values(table);
  if (!definition) return table;
  return { ...table, ...Object.fromEntries(names.map((name) => [name.toLowerCase(), definition])) };
}

function counted(name: string, least: number, most: number, compile: Compile): Compile {
  return (node, args, context, relation) => {
    if (node.args.length < least || node.args.length > most) {
      const expected = least === most ? `${least}` : most === Infinity ? `at least ${least}` : `${least} to ${most}`;
      throw new MalformedQuery(
        `The function ${name} takes ${expected} argument${expected === '1' ? '' : 's'}.`,
        node.span,
      );
    }
    return compile(node, args, context, relation);
  };
}

/** An argument that `counted` has found to be there. */
export function arg(args: readonly Typed[], index: number): Typed {
  const found = args[index];
  if (!found) throw new Error(`BUG: argument ${index} was not counted`);
  return found;
}
