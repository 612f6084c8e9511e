/** The query of a request target, parsed once a request: many modules ask for it. */

/** Values by name, decoded, in the order sent; a parameter without "=" has the value "". */
export type QueryParameters = ReadonlyMap<string, readonly string[]>;

const NONE: QueryParameters = new Map();

/** Parses what stands after "?" in a raw target. "+" is a space and bad escapes stay as they are, as servlets do. */
export function parseQuery(target: string): QueryParameters {
  const start = target.indexOf('?');
  return start === -1 || start === target.length - 1 ? NONE : parseForm(target.slice(start + 1));
}

/** Parses `application/x-www-form-urlencoded` text. */
export function parseForm(text: string): QueryParameters {
  const parameters = new Map<string, string[]>();
  for (const [name, value] of new URLSearchParams(text)) {
    const known = parameters.get(name);
    if (known) known.push(value);
    else parameters.set(name, [value]);
  }
  return parameters;
}
