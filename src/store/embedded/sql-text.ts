/**
 * The little SQL text that the store process makes itself. Everything a request brings besides its statement (settings,
 * parameters) becomes string literals of one SET statement; nothing is ever appended to a statement.
 */

/** A ClickHouse string literal. */
export function quoteString(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`;
}

const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/;

/**
 * The SET statement of a request, or undefined when there is nothing to set.
 * Parameter values arrive in ClickHouse's escaped text form, as over HTTP, and stay so.
 * @throws {RangeError} when a name is none
 */
export function setStatement(
  settings: ReadonlyMap<string, string>,
  parameters: ReadonlyMap<string, string>,
): string | undefined {
  const assignments: string[] = [];
  for (const [name, value] of settings) assignments.push(`${checkedName(name)}=${quoteString(value)}`);
  for (const [name, value] of parameters) assignments.push(`param_${checkedName(name)}=${quoteString(value)}`);
  return assignments.length > 0 ? `SET ${assignments.join(', ')}` : undefined;
}

function checkedName(name: string): string {
  if (!NAME.test(name)) throw new RangeError(`"${name.slice(0, 64)}" is no name of a setting or parameter`);
  return name;
}

/** The text without comments, with the insides of strings and quoted names blanked: for looking at keywords only. */
export function withoutLiterals(sql: string): string {
  return sql.replace(
    /'(?:[^'\\]|\\.|'')*'|`(?:[^`\\]|\\.|``)*`|"(?:[^"\\]|\\.|"")*"|--[^\n]*|\/\*[\s\S]*?\*\//g,
    (match) => (match.startsWith('-') || match.startsWith('/') ? ' ' : `${match[0]}${match[0]}`),
  );
}
