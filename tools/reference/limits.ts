/** docs/reference/limits.md: constants of the source whose names carry a bound or a time and that say what they are. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { code, table } from './markdown.ts';

const DECLARATION =
  /^\/\*\* (?<comment>[^\n]*?) \*\/\n(?:export )?const (?<name>[A-Z][A-Z0-9_]*(?:_MAX|_MIN|_MS|_SECONDS)(?:_[A-Z]+)?) = (?<value>[\d_*. ]+);/gm;
/** The constants' names carry their units (house style). */
const UNITS = {
  BYTES: 'bytes',
  MS: 'ms',
  SECONDS: 's',
  CHARS: 'characters',
  CHARACTERS: 'characters',
  DAYS: 'days',
} as const;

export async function limitsPage(source: string): Promise<string> {
  const files = await readdir(source, { recursive: true });
  const rows: string[][] = [];
  for (const file of files.filter(isProduction).toSorted()) {
    const text = await readFile(join(source, file), 'utf8');
    for (const { groups } of text.matchAll(DECLARATION)) {
      const { comment = '', name = '', value = '' } = groups ?? {};
      rows.push([code(name), `${computed(value).toLocaleString('en-US')}${unit(name)}`, code(`src/${file}`), comment]);
    }
  }
  return `# Limits and time-outs in the code

Bounds that no setting changes, with the words that stand beside them. Those that can be set are in
[configuration](configuration.md); those of AWS's API models (lengths, patterns, ranges) are checked from the models.

${table(['name', 'value', 'where', 'what'], rows)}
`;
}

function isProduction(file: string): boolean {
  return file.endsWith('.ts') && !/\.test\.ts$|(?:^|\/)(?:testing|generated|demo)\//.test(file);
}

/** A product of numbers, such as \`64 * 1024 * 1024\` or \`5 * 1024 ** 3\`. */
function computed(expression: string): number {
  const factors = expression.replaceAll('_', '').split(/(?<!\*)\*(?!\*)/);
  return factors.reduce((product, factor) => {
    const [base = Number.NaN, exponent = 1] = factor.split('**').map(Number);
    return product * base ** exponent;
  }, 1);
}

function unit(name: string): string {
  const found = name.split('_').findLast((word) => Object.hasOwn(UNITS, word));
  return found === undefined ? '' : ` ${UNITS[found as keyof typeof UNITS]}`;
}
