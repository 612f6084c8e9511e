import { asNumber, type Typed, typed } from '../../compile/typed.ts';
import { MalformedQuery } from '../../errors.ts';
import { type CommandNode, parseList } from '../../syntax/index.ts';
import { defineCommand } from '../definition.ts';

const PARAM_DEFAULT = 2.5;

interface OutlierNode extends CommandNode {
  readonly action: 'remove' | 'transform';
  readonly param: number;
  readonly uselower: boolean;
  readonly mark: boolean;
  readonly names: readonly string[];
}

/**
 * `outlier [action=remove|transform] [param=2.5] [uselower=false] [mark=false] field, …`: values further than `param` times
 * the range between the quartiles above the upper one (with `uselower` below the lower one, too) are taken away (`remove`:
 * missing) or set to the bound (`transform`); with `mark`, a transformed value gets the prefix `000`.
 */
export const outlier = defineCommand<OutlierNode>({
  names: ['outlier'],
  parse: (reader, start) => {
    const options = {
      action: 'transform' as OutlierNode['action'],
      param: PARAM_DEFAULT,
      uselower: false,
      mark: false,
    };
    while (reader.at('action', 'param', 'uselower', 'mark')) {
      const equals = reader.peekSecond();
      if (equals.kind !== 'symbol' || equals.text !== '=') break;
      const word = reader.name().text.toLowerCase();
      reader.expect('=');
      if (word === 'action')
        options.action = reader.expect('remove', 'transform', 'rm', 'tf').text.startsWith('r') ? 'remove' : 'transform';
      else if (word === 'param') {
        const token = reader.next();
        if (token.kind !== 'number' || !(token.value > 0))
          throw new MalformedQuery('param is a number above 0.', token.span);
        options.param = token.value;
      } else options[word as 'uselower' | 'mark'] = reader.expect('true', 'false').text.toLowerCase() === 'true';
      reader.accept(',');
    }
    const names = parseList(reader, () => reader.name().text);
    return { command: 'outlier', ...options, names, span: { start, end: reader.offset } };
  },
  compile: ({ names, action, param, uselower, mark, span }, input, context) => {
    const added = names.map((name) => {
      const number = asNumber(context.field(name, input, span));
      const quartile = (level: string): string => `quantileExactInclusiveOrNull(${level})(${number}) OVER ()`;
      const range = `(${quartile('0.75')} - ${quartile('0.25')}) * ${context.parameters.number(param)}`;
      const upper = `(${quartile('0.75')} + ${range})`;
      const lower = uselower ? `(${quartile('0.25')} - ${range})` : '-inf';
      return { name, value: bounded(number, lower, upper, action, mark) };
    });
    const made = context.extended(input, added);
    return { ...made, shown: [...new Set([...(input.shown ?? []), ...names])] };
  },
});

function bounded(number: string, lower: string, upper: string, action: OutlierNode['action'], mark: boolean): Typed {
  const outside = `(${number} > ${upper} OR ${number} < ${lower})`;
  if (action === 'remove') return typed(`if(${outside}, NULL, ${number})`, 'number');
  const bound = `if(${number} > ${upper}, ${upper}, ${lower})`;
  if (!mark) return typed(`if(${outside}, ${bound}, ${number})`, 'number');
  return typed(`if(${outside}, concat('000', toString(${bound})), toString(${number}))`, 'any');
}
