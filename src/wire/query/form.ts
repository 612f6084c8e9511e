/**
 * `application/x-www-form-urlencoded` as a tree: `List.member.1.Name=x` becomes List → member → 1 → Name → "x".
 * Bounded in bytes, parameters and depth, so that a hostile form costs no more than its own size.
 */
import { ApiError } from '../errors.ts';

/** A place in the form: its own value, and what lies below it. */
export interface FormNode {
  value: string | undefined;
  readonly children: Map<string, FormNode>;
}

export const FORM_BYTES_MAX = 4 * 1024 * 1024;
export const FORM_PARAMETERS_MAX = 20_000;
export const FORM_DEPTH_MAX = 40;

/** AWS's error for a form or a value that cannot be read. */
export function malformedInput(message: string): ApiError {
  return new ApiError('MalformedInput', message, { status: 400 });
}

/** Parses a form. Of a name that comes twice the first counts. @throws ApiError `MalformedInput`. */
export function parseForm(text: string): FormNode {
  if (text.length > FORM_BYTES_MAX) throw malformedInput('The request is too large.');
  const root: FormNode = { value: undefined, children: new Map() };
  let count = 0;
  for (const pair of text.split('&')) {
    if (pair === '') continue;
    count += 1;
    if (count > FORM_PARAMETERS_MAX) throw malformedInput('The request has too many parameters.');
    const equals = pair.indexOf('=');
    const name = decodePart(equals < 0 ? pair : pair.slice(0, equals));
    put(root, name, equals < 0 ? '' : decodePart(pair.slice(equals + 1)));
  }
  return root;
}

function put(root: FormNode, name: string, value: string): void {
  const path = name.split('.', FORM_DEPTH_MAX + 1);
  if (path.length > FORM_DEPTH_MAX) throw malformedInput('A parameter is nested too deeply.');
  let node = root;
  for (const step of path) {
    let next = node.children.get(step);
    if (!next) node.children.set(step, (next = { value: undefined, children: new Map() }));
    node = next;
  }
  node.value ??= value;
}

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part.replaceAll('+', ' '));
  } catch {
    throw malformedInput('The request is not properly percent-encoded.');
  }
}
