/**
 * `[ip, user, ..., status = 404 || status = 410, bytes > 1000]`: patterns for events of fields with spaces between.
 *
 * Which field of an event a field of the pattern means: with `...`, those before it count from the event's begin and those
 * behind it from its end. Without, the last field takes all the rest when nothing is asked of it (AWS's own
 * `[w1=ERROR, w2]` matches longer events), and may be missing when it has no name either.
 */
import type { Condition, DelimitedField, DelimitedPattern, ValueTest } from './ast.ts';
import { Cursor } from './cursor.ts';
import { invalidPattern } from './errors.ts';
import { parseCondition, parseValueTest, UNQUOTED } from './values.ts';

const NAME = /[A-Za-z0-9_-]+/y;

/** The cursor stands at the opening bracket. */
export function parseDelimitedPattern(cursor: Cursor): DelimitedPattern {
  const start = cursor.offset;
  if (!cursor.text.slice(0, cursor.end).endsWith(']')) {
    throw invalidPattern("If a filter pattern starts with '[' it must end with ']'", { start, end: start + 1 });
  }
  const inner = new Cursor(cursor.text, start + 1, cursor.end - 1);
  inner.skipSpace();
  if (inner.atEnd) throw inner.invalid('a field is missing');
  const fields: DelimitedField[] = [];
  do {
    const field = parseField(inner);
    if (field.kind === 'ellipsis' && fields.some(({ kind }) => kind === 'ellipsis')) {
      throw inner.invalid('there is a second ellipsis');
    }
    fields.push(field);
    inner.skipSpace();
  } while (inner.accept(','));
  if (!inner.atEnd) throw inner.unexpected('a comma');
  cursor.offset = cursor.end;
  return { kind: 'delimited', fields };
}

function parseField(cursor: Cursor): DelimitedField {
  cursor.skipSpace();
  if (cursor.accept('...') || cursor.accept('…')) return { kind: 'ellipsis' };
  if (cursor.atEnd || cursor.next === ',') return { kind: 'field', name: undefined, condition: undefined };
  let fieldName: string | undefined;
  const readName = (): void => {
    cursor.skipSpace();
    const start = cursor.offset;
    const name = cursor.match(NAME)?.[0];
    if (name === undefined) throw cursor.unexpected('the name of a field');
    fieldName ??= name;
    // AWS refuses `[status = 4* && bytes > 1000]`, which asks two fields in the place of one.
    if (name !== fieldName) throw cursor.invalid(`a condition of the field ${fieldName} asks for ${name}`, start);
  };
  const isBare = /[A-Za-z0-9_-]+\s*(?:,|$)/y;
  isBare.lastIndex = cursor.offset;
  if (isBare.exec(cursor.text.slice(0, cursor.end))) {
    readName();
    return { kind: 'field', name: fieldName, condition: undefined };
  }
  const condition: Condition<ValueTest> = parseCondition(cursor, () => {
    readName();
    return parseValueTest(cursor, UNQUOTED.delimited);
  });
  return { kind: 'field', name: fieldName, condition };
}

/** Where the fields of a pattern stand in an event. */
export interface DelimitedLayout {
  /** For each field of the pattern: its place from the event's begin (0, 1, …) or end (-1, -2, …); undefined: `...`. */
  readonly places: readonly (number | undefined)[];
  readonly countMin: number;
  readonly countMax: number;
  /** The last field takes what is left. */
  readonly lastTakesRest: boolean;
}

export function layoutOf({ fields }: DelimitedPattern): DelimitedLayout {
  const ellipsis = fields.findIndex(({ kind }) => kind === 'ellipsis');
  const last = fields[fields.length - 1];
  if (ellipsis !== -1) {
    const places = fields.map((_, index) =>
      index === ellipsis ? undefined : index < ellipsis ? index : index - fields.length,
    );
    return { places, countMin: fields.length - 1, countMax: Infinity, lastTakesRest: false };
  }
  const places = fields.map((_, index) => index);
  if (last?.kind !== 'field' || last.condition) {
    return { places, countMin: fields.length, countMax: fields.length, lastTakesRest: false };
  }
  const countMin = last.name === undefined ? fields.length - 1 : fields.length;
  return { places, countMin, countMax: Infinity, lastTakesRest: true };
}
