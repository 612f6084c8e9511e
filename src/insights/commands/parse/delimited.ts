/** logfmt and CSV in SQL. */

/** Characters of a text that are looked at for keys. */
const LOGFMT_CHARS_MAX = 65_536;

/** Map(String, String) of `key=value key="a value"`. */
export function logfmtSql(text: string): string {
  return `extractKeyValuePairsWithEscaping(substringUTF8(${text}, 1, ${LOGFMT_CHARS_MAX}), '=', ' \\t\\n\\r', '"')`;
}

/** Array(String) of a line's values (RFC 4180); white space around a value without quotes does not count. */
export function csvSql(text: string): string {
  const items = `extractAll(concat(${text}, ','), '(\\\\s*"(?:[^"]|"")*"\\\\s*|[^,]*),')`;
  const bare = 'trimBoth(x)';
  return `arrayMap(x -> if(startsWith(${bare}, '"') AND endsWith(${bare}, '"') AND length(${bare}) > 1, replaceAll(substring(${bare}, 2, length(${bare}) - 2), '""', '"'), ${bare}), ${items})`;
}
