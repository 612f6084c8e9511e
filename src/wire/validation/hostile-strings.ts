/**
 * For tests: strings that a pattern nearly matches, with its repetitions pumped up, which is what makes backtracking
 * engines hang. It reads the part of the pattern language that the API models use.
 */
type Node =
  | { readonly kind: 'chars'; readonly accepts: (char: string) => boolean }
  | { readonly kind: 'sequence'; readonly nodes: readonly Node[] }
  | { readonly kind: 'choice'; readonly branches: readonly Node[] }
  | { readonly kind: 'repeat'; readonly node: Node; readonly min: number; readonly max: number };

/** Preferred characters, in turn; what they cannot match takes the first that fits. */
const PREFERENCES = ['-', 'a', '0', '.', ':', '/', '_', 'Z', ' '];
const ALPHABET = [...PREFERENCES, 'A', '@', '=', '+', ',', '*', '#', '(', '|', '$', '\t', 'é', '\u3042'];
const STRING_CHARS_MAX = 20_000;

export function hostileStrings(pattern: string): string[] {
  const node = new PatternReader(pattern).read();
  const strings = new Set<string>();
  for (const preferred of PREFERENCES) {
    for (let branch = 0; branch < 6; branch += 1) {
      for (const count of [1, 35, 2000]) {
        const text = pump(node, preferred, branch, count).slice(0, STRING_CHARS_MAX);
        strings.add(`${text}\u0001`).add(`${text}!`).add(text);
      }
    }
  }
  return [...strings];
}

function pump(node: Node, preferred: string, branch: number, count: number): string {
  switch (node.kind) {
    case 'chars':
      return [preferred, ...ALPHABET].find((char) => node.accepts(char)) ?? '';
    case 'sequence': {
      let text = '';
      for (const each of node.nodes) {
        if (text.length < STRING_CHARS_MAX) text += pump(each, preferred, branch, count);
      }
      return text;
    }
    case 'choice': {
      const chosen = node.branches[branch % node.branches.length];
      return chosen ? pump(chosen, preferred, branch, count) : '';
    }
    default: {
      const times = Math.max(node.min, Math.min(node.max, count));
      const inner = pump(node.node, preferred, branch, Math.min(count, 35));
      return inner.repeat(Math.min(times, Math.ceil(STRING_CHARS_MAX / Math.max(inner.length, 1))));
    }
  }
}

class PatternReader {
  readonly #source: string;
  #at = 0;

  constructor(source: string) {
    this.#source = source;
  }

  read(): Node {
    const branches = [this.#sequence()];
    while (this.#source[this.#at] === '|') {
      this.#at += 1;
      branches.push(this.#sequence());
    }
    return { kind: 'choice', branches };
  }

  #sequence(): Node {
    const nodes: Node[] = [];
    while (this.#at < this.#source.length && !'|)'.includes(this.#source[this.#at] ?? '')) {
      const node = this.#repeated(this.#atom());
      if (node) nodes.push(node);
    }
    return { kind: 'sequence', nodes };
  }

  /** Undefined for what takes no characters. */
  #atom(): Node | undefined {
    const char = this.#source[this.#at] ?? '';
    if (char === '^' || char === '$') {
      this.#at += 1;
      return undefined;
    }
    if (char === '(') return this.#group();
    const text =
      /^(?:\[(?:\\.|[^\]\\])*\]|\\p\{\w+\}|\\u[0-9a-fA-F]{4}|\\.|[^])/u.exec(this.#source.slice(this.#at))?.[0] ?? char;
    this.#at += text.length;
    const one = singleCharacter(text);
    return { kind: 'chars', accepts: (each) => one.test(each) };
  }

  #group(): Node | undefined {
    // A group of flags alone, such as `(?s)`, takes nothing either.
    const head = /^\((?:\?(?:[:=!]|<[=!]|[a-z]+(?=\))))?/.exec(this.#source.slice(this.#at))?.[0] ?? '(';
    this.#at += head.length;
    const node = this.read();
    this.#at += 1;
    return head === '(' || head === '(?:' ? node : undefined;
  }

  #repeated(node: Node | undefined): Node | undefined {
    const match = /^(?:([*+?])|\{(\d+)(,?)(\d*)\})\??/.exec(this.#source.slice(this.#at));
    if (!match) return node;
    this.#at += match[0].length;
    const [, sign, low, comma, high] = match;
    const min = sign === undefined ? Number(low) : sign === '+' ? 1 : 0;
    const max = sign === '?' ? 1 : sign !== undefined || (comma && !high) ? Infinity : Number(high === '' ? low : high);
    return node && { kind: 'repeat', node, min, max };
  }
}

function singleCharacter(text: string): RegExp {
  try {
    return new RegExp(`^${text}$`, 'u');
  } catch {
    return new RegExp(`^${text}$`);
  }
}
