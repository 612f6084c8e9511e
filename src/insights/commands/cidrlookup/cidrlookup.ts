import { asText } from '../../compile/typed.ts';
import type { CommandNode } from '../../syntax/index.ts';
import { defineCommand } from '../definition.ts';
import { type Outputs, parseOutputs, withOutputs } from '../lookup/outputs.ts';

interface CidrlookupNode extends CommandNode {
  readonly table: string;
  readonly field: string;
  /** The column with the networks. */
  readonly column: string;
  readonly outputs: Outputs;
}

/**
 * `cidrlookup table field [as column] OUTPUT|OUTPUTNEW column [as name], …`: as `lookup`, from the row whose network
 * (`10.0.0.0/8`, `2001:db8::/32`, a bare address) has the field's address in it; of several the narrowest. Rows whose column
 * holds no network are passed over.
 */
export const cidrlookup = defineCommand<CidrlookupNode>({
  names: ['cidrlookup'],
  parse: (reader, start) => {
    const table = reader.name().text;
    const field = reader.name().text;
    const column = reader.accept('as') ? reader.name().text : field;
    const outputs = parseOutputs(reader);
    return { command: 'cidrlookup', table, field, column, outputs, span: { start, end: reader.offset } };
  },
  compile: ({ table, field, column, outputs, span }, input, context) => {
    const cidr = context.newColumn();
    const given = outputs.items.map((item) => ({ field: item.column, alias: context.newColumn() }));
    const rows = context.lookups.rows(table, [{ field: column, alias: cidr }, ...given], span);
    const address = `splitByChar('/', trimBoth(${cidr}))`;
    const four = `isIPv4String(${address}[1])`;
    const bits = `if(length(${address}) = 1, if(${four}, 32, 128), toUInt8OrNull(${address}[2]))`;
    // Addresses of both families are such of IPv6: 10.0.0.0/8 is ::ffff:10.0.0.0/104.
    const networks = context.stage(
      `SELECT *, toUInt8(assumeNotNull(bits) + if(four, 96, 0)) AS size, IPv6CIDRToRange(toIPv6OrDefault(${address}[1]), size).1 AS network FROM (SELECT *, ${four} AS four, ${bits} AS bits FROM (${rows}) WHERE length(${address}) <= 2 AND (${four} OR isIPv6String(${address}[1]))) WHERE bits IS NOT NULL AND bits <= if(four, 32, 128) LIMIT 1 BY network, size`,
    );
    const [ip, size, network] = [context.newColumn(), context.newColumn(), context.newColumn()];
    const text = `ifNull(${asText(context.field(field, input, span))}, '')`;
    const around = `SELECT ${ip}, arrayJoin((SELECT groupUniqArray(size) FROM ${networks})) AS ${size}, IPv6CIDRToRange(toIPv6OrDefault(${ip}), ${size}).1 AS ${network} FROM (SELECT DISTINCT ${text} AS ${ip} FROM ${input.from}) WHERE isIPv4String(${ip}) OR isIPv6String(${ip})`;
    const found = given.map(({ alias }) => ({ alias, narrowest: context.newColumn() }));
    const list = found.map(({ alias, narrowest }) => `toNullable(argMax(${alias}, size)) AS ${narrowest}`);
    const matched = context.stage(
      `SELECT ${ip}, ${list.join(', ')} FROM (${around}) AS around INNER JOIN ${networks} ON ${network} = network AND ${size} = size GROUP BY ${ip}`,
    );
    const from = context.stage(`SELECT * FROM ${input.from} LEFT ANY JOIN ${matched} ON ${text} = ${ip}`);
    return withOutputs(
      { ...input, from },
      outputs,
      found.map(({ narrowest }) => narrowest),
      span,
      context,
    );
  },
});
