/** `"a.b[0]" as name` of `parse json` and `json`. */
import type { CompileContext } from '../../compile/context.ts';
import { jsonAccess } from '../../compile/json-access.ts';
import { type Typed, typed } from '../../compile/typed.ts';
import { MalformedQuery } from '../../errors.ts';
import { parseList, type TokenReader } from '../../syntax/index.ts';

export interface NamedPath {
  readonly path: readonly (string | number)[];
  readonly name: string;
}

const STEP = /(?:^|\.)([^.[\]"']+)|\[(\d{1,6}|"[^"]*"|'[^']*')\]/y;

/** Paths in quotes, each with a name: without `as`, its own text. @throws {MalformedQuery} */
export function jsonForm(reader: TokenReader): NamedPath[] {
  return parseList(reader, () => {
    const { text, span } = reader.string();
    const path: (string | number)[] = [];
    STEP.lastIndex = 0;
    for (let at = 0; at < text.length; at = STEP.lastIndex) {
      const [, name, inBrackets] = STEP.exec(text) ?? [];
      const step = name ?? inBrackets;
      if (step === undefined) throw new MalformedQuery('A path of JSON is written like "a.b[0].c".', span);
      path.push(/^\d{1,6}$/.test(step) ? Number(step) : step.replaceAll(/^["']|["']$/g, ''));
    }
    if (path.length === 0) throw new MalformedQuery('A path of JSON is written like "a.b[0].c".', span);
    return { path, name: reader.accept('as') ? reader.name().text : text };
  });
}

export function jsonValue(text: string, path: NamedPath['path'], context: CompileContext): Typed {
  return jsonAccess(typed(text, 'any'), path, context);
}
