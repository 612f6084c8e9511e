/**
 * Texts to patterns: what varies in a text becomes `<*>`. All of it in SQL, in one pass over the rows and one over their
 * shapes.
 *
 * AWS learns its patterns; these follow rules (chosen): dates, times, addresses, identifiers and numbers always vary. A
 * text in quotes stays when its place has few values that come again and again (`"level":"ERROR"`), else it varies
 * (`"user":"ann"`). Names of JSON fields never vary.
 */
import type { CompileContext } from '../../compile/context.ts';

/** Characters of a text that its pattern is made of. */
const TEXT_CHARS_MAX = 4_096;
/** Bytes of a text in which a word for its severity is looked for. */
const SEVERITY_BYTES_MAX = 1_024;
/** Texts in quotes that are looked at; further ones vary. */
const QUOTED_MAX = 64;
/** Values of a place that stay in the pattern, at most. */
const VALUES_MAX = 10;

const VARYING = [
  // Dates and times.
  String.raw`\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?: ?(?:Z|[+-]\d{2}:?\d{2}))?)?`,
  String.raw`\d{1,2}/[A-Z][a-z]{2}/\d{4}(?::\d{2}:\d{2}:\d{2})?(?: [+-]\d{4})?`,
  String.raw`\d{1,4}/\d{1,2}/\d{1,4}(?:[ T]\d{1,2}:\d{2}(?::\d{2})?)?`,
  String.raw`(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) {1,2}\d{1,2}(?:,? \d{4})?(?: \d{2}:\d{2}:\d{2})?`,
  String.raw`\d{1,2}:\d{2}:\d{2}(?:[.,]\d+)?`,
  // UUIDs, addresses.
  '[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}',
  String.raw`\b(?:[0-9A-Fa-f]{1,4}:){3,7}[0-9A-Fa-f]{1,4}\b`,
  String.raw`\b(?:[0-9A-Fa-f]{1,4}:){1,6}(?::[0-9A-Fa-f]{1,4}){1,6}\b`,
  String.raw`\d{1,3}(?:\.\d{1,3}){3}(?:/\d{1,2}|:\d{1,5})?`,
  // Hexadecimal numbers; words with two digits in a row, with two groups of digits, or that begin with one.
  String.raw`\b0[xX][0-9A-Fa-f]+`,
  String.raw`\b[0-9A-Fa-f]{8,}\b`,
  String.raw`\b[A-Za-z_]+\d{2,}[A-Za-z0-9_]*`,
  String.raw`\b[A-Za-z_]+\d[A-Za-z_]+\d[A-Za-z0-9_]*`,
  String.raw`\b\d+(?:\.\d+)?[A-Za-z0-9_%]*`,
].join('|');

/** A JSON name with its colon: the quotes are put aside as U+0001 and U+0002, so that they are no quoted text. */
const NAMES = String.raw`"([^"\\\x01-\x03]+)"(\s*:)`;
const QUOTED = String.raw`"(?:[^"\\]|\\.)*"|'[^'"\s]*'`;

/** The most severe first. */
const SEVERITIES = [
  ['FATAL', 'fatal|panic|emerg(?:ency)?|critical|crit'],
  ['ERROR', 'error|err|exception|severe'],
  ['WARN', 'warn|warning'],
  ['INFO', 'info|information|notice'],
  ['DEBUG', 'debug'],
  ['TRACE', 'trace'],
] as const;

/** Rows of a window of time, to be compared with others: the window's number is 0 for the query's own, then counts back. */
export interface Window {
  readonly from: string;
  /** SQL of the number. */
  readonly number: string;
}

/**
 * A stage with `shape` (the text with U+0003 for each text in quotes), `quoted` (these, with `<*>` in them), `severity`
 * (1 is the most severe, 0 unknown) and `ts` for each row that has the text.
 */
export function textsStage(text: string, from: string, context: CompileContext): string {
  const { parameters } = context;
  const [names, quoted, varying] = [parameters.text(NAMES), parameters.text(QUOTED), parameters.text(VARYING)];
  const cut = context.stage(
    `SELECT ts, substringUTF8(${text}, 1, ${TEXT_CHARS_MAX}) AS text, substring(text, 1, ${SEVERITY_BYTES_MAX}) AS head, replaceRegexpAll(replaceRegexpAll(text, '[\\\\x01-\\\\x03]', ''), ${names}, '\\x01\\\\1\\x02\\\\2') AS bare FROM ${from} WHERE ${text} IS NOT NULL`,
  );
  const unquoted = `replaceRegexpAll(replaceRegexpAll(ifNull(bare, ''), ${quoted}, '\\x03'), ${varying}, '<*>')`;
  const found = `arraySlice(extractAll(ifNull(bare, ''), ${quoted}), 1, ${QUOTED_MAX})`;
  const severity = SEVERITIES.map(([, words], index) => `match(head, '(?i)\\\\b(?:${words})\\\\b'), ${index + 1}`);
  return context.stage(
    `SELECT ts, translate(${unquoted}, '\\x01\\x02', '""') AS shape, arrayMap(x -> replaceRegexpAll(x, ${varying}, '<*>'), ${found}) AS quoted, toUInt8(ifNull(multiIf(${severity.join(', ')}, 0), 0)) AS severity FROM ${cut}`,
  );
}

/**
 * A stage with `pattern`, `severity`, `ts` and `place` (the window's number) for each row of all windows. What varies is
 * found over all of them together, so that their patterns are the same.
 */
export function patternsStage(windows: readonly Window[], context: CompileContext): string {
  const parts = windows.map(({ from, number }) => `SELECT *, ${number} AS place FROM ${from}`);
  const all = context.stage(parts.join(' UNION ALL '));
  const shapes = context.stage(
    `SELECT shape, count() AS times, uniqUpToForEach(${VALUES_MAX})(quoted) AS kinds FROM ${all} GROUP BY shape`,
  );
  const stays = `kinds[i] BETWEEN 1 AND ${VALUES_MAX} AND 2 * kinds[i] <= times`;
  const piece = `concat(x, if(i = length(pieces), '', if(${stays}, quoted[i], '<*>')))`;
  return context.stage(
    `SELECT ts, severity, place, splitByChar('\\x03', shape) AS pieces, arrayStringConcat(arrayMap((x, i) -> ${piece}, pieces, arrayEnumerate(pieces))) AS pattern FROM ${all} ANY LEFT JOIN ${shapes} USING (shape)`,
  );
}

/** The word for the most severe row of a group, as Nullable(String). */
export const SEVERITY_LABEL = `transform(ifNull(minIf(severity, severity > 0), 0), [${SEVERITIES.map((_, index) => index + 1).join(', ')}], [${SEVERITIES.map(([label]) => `'${label}'`).join(', ')}], NULL)`;
