import { asNumber, asText, type Typed } from './typed.ts';

type Comparison = '=' | '!=' | '<' | '<=' | '>' | '>=';

/**
 * Numbers compare as numbers, texts as texts; a field's text compares as a number with what is one. Lists and maps are
 * never equal, less or greater. (§1.4)
 */
export function comparison(operator: Comparison, left: Typed, right: Typed): string {
  if (left.kind === 'json' || right.kind === 'json') return "CAST(NULL, 'Nullable(UInt8)')";
  const numeric = (one: Typed): boolean => one.kind === 'number' || one.kind === 'boolean';
  if (left.kind === 'boolean' && right.kind === 'any') return `(${truthText(left)} ${operator} ${asText(right)})`;
  if (right.kind === 'boolean' && left.kind === 'any') return `(${asText(left)} ${operator} ${truthText(right)})`;
  if (left.kind === 'time' && right.kind === 'time') return `(${left.sql} ${operator} ${right.sql})`;
  if (numeric(left) || numeric(right)) return `(${asNumber(left)} ${operator} ${asNumber(right)})`;
  if (isNumericText(left) || isNumericText(right) || (left.kind === 'any' && right.kind === 'any')) {
    const numbers = `${asNumber(left)} ${operator} ${asNumber(right)}`;
    const texts = `${asText(left)} ${operator} ${asText(right)}`;
    if (operator === '=' || operator === '!=') return `ifNull(${numbers}, ${texts})`;
    return `if(${asNumber(left)} IS NOT NULL AND ${asNumber(right)} IS NOT NULL, ${numbers}, ${texts})`;
  }
  return `(${asText(left)} ${operator} ${asText(right)})`;
}

/** `level = true` compares with what the event says, which is `true` or `false`. */
function truthText(value: Typed): string {
  return typeof value.literal === 'boolean' ? `'${value.literal}'` : `if(${value.sql}, 'true', 'false')`;
}

function isNumericText({ literal: value }: Typed): boolean {
  return typeof value === 'string' && /^-?\d+(?:\.\d+)?$/.test(value);
}
