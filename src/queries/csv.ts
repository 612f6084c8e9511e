/** CSV (RFC 4180) into columns: fields with commas or line ends stand in double quotes, a double quote in them is doubled. */
import { Slices } from '#base';
import { CELL_SEPARATOR } from '#insights';

/** Columns of a table. */
const FIELDS_MAX = 1_000;
/** Lines between two looks at the time. */
const TURN_LINES = 256;

export interface ParsedCsv {
  readonly fields: readonly string[];
  /** Of each field the cells, one a record. */
  readonly columns: readonly (readonly string[])[];
  readonly records: number;
}

/** What is wrong with a CSV text, in words for its author. */
export class WrongCsv extends Error {
  override readonly name = 'WrongCsv';
}

const CELL = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|\n|\r|$)/y;

/** Works in slices: a table of 10 MB does not hold calls up. @throws {WrongCsv} */
export async function parseCsv(text: string): Promise<ParsedCsv> {
  const slices = new Slices();
  const lines = linesOf(text.replace(/^\uFEFF/, ''));
  const first = lines.next();
  const fields = first.done ? [] : first.value;
  if (fields.length === 0 || fields.includes('')) throw new WrongCsv('The first line names the fields.');
  if (fields.length > FIELDS_MAX) throw new WrongCsv(`A table has ${FIELDS_MAX} fields at most.`);
  if (new Set(fields).size < fields.length) throw new WrongCsv('The names of the fields must differ.');
  const columns: string[][] = fields.map(() => []);
  let records = 0;
  for (const cells of lines) {
    records += 1;
    if (cells.length !== fields.length) {
      throw new WrongCsv(`Record ${records} has ${cells.length} values, but there are ${fields.length} fields.`);
    }
    for (const [index, cell] of cells.entries()) columns[index]?.push(cell);
    const turn = records % TURN_LINES === 0 ? slices.over() : undefined;
    if (turn) await turn;
  }
  return { fields, columns, records };
}

/** Cells of each line; lines without anything are passed over. */
function* linesOf(text: string): Generator<string[], void, void> {
  let cells: string[] = [];
  let at = 0;
  let number = 1;
  while (at < text.length) {
    CELL.lastIndex = at;
    const found = CELL.exec(text);
    if (!found) throw new WrongCsv(`Line ${number} has a double quote where none may be.`);
    const [, quoted, bare = '', end = ''] = found;
    const cell = quoted === undefined ? bare : quoted.replaceAll('""', '"');
    if (cell.includes(CELL_SEPARATOR)) throw new WrongCsv(`Line ${number} has the control character U+001E.`);
    at = CELL.lastIndex;
    if (end === ',') {
      cells.push(cell);
      // A comma at the very end: one more, empty value.
      if (at === text.length) cells.push('');
      else continue;
    } else cells.push(cell);
    number += 1;
    if (cells.length > 1 || cells[0] !== '' || quoted !== undefined) yield cells;
    cells = [];
  }
}
