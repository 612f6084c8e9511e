/** docs/reference/insights.md: the commands of Logs Insights QL, as their code says what they do, and the functions; those of PPL and SQL. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { commandNames } from '../../src/insights/commands/index.ts';
import {
  functionNamed,
  functionNames,
  openSearchFunction,
  openSearchFunctionNames,
} from '../../src/insights/functions/index.ts';
import { code } from './markdown.ts';

const DEFINITION =
  /\/\*\*(?<comment>(?:[^*]|\*(?!\/))*)\*\/\nexport const \w+ = defineCommand(?:<\w+>)?\(\{\n\s*names: \[(?<names>[^\]]*)\]/g;

/** @param source the folder `src` */
export async function insightsPage(source: string): Promise<string> {
  const folder = join(source, 'insights/commands');
  const rows: (readonly [string, string])[] = [];
  for (const file of (await readdir(folder, { recursive: true })).toSorted()) {
    if (!file.endsWith('.ts') || file.endsWith('.test.ts')) continue;
    const text = await readFile(join(folder, file), 'utf8');
    for (const { groups } of text.matchAll(DEFINITION)) {
      const names = [...(groups?.['names'] ?? '').matchAll(/'(\w+)'/g)].map(([, name = '']) => name);
      rows.push([names.map(code).join(', '), wordsOf(groups?.['comment'] ?? '')]);
    }
  }
  const told = rows.flatMap(([names]) => names.split(', '));
  const untold = commandNames().filter((name) => !told.includes(code(name)));
  if (untold.length > 0) throw new Error(`the commands ${untold.join(', ')} have no words before their definition`);
  return `# Logs Insights QL

Commands are written in any case; names of fields are case-sensitive. Where AWS's behaviour is not documented, what was chosen
stands in [compatibility](../compatibility.md). A query has 10,000 characters, ends after 60 minutes and gives 10,000 rows unless
\`limit\` says otherwise, 100,000 at most.

## Commands

${rows.map(([names, words]) => `### ${names}\n\n${words}`).join('\n\n')}

## Functions

Of many rows, in stats: ${functionsThat(true)}.

Of one row: ${functionsThat(false)}.

## OpenSearch PPL and SQL

What of their grammar is there stands in [compatibility](../compatibility.md). Functions are written in any case.

Aggregates: ${openSearchFunctions(true)}.

Others: ${openSearchFunctions(false)}.
`;
}

/** Those of PPL and SQL, which have the same but for the scale of percentiles. */
function openSearchFunctions(aggregate: boolean): string {
  const names = (['PPL', 'SQL'] as const).flatMap((language) =>
    openSearchFunctionNames(language).filter((name) => {
      const known = openSearchFunction(language, name);
      return known !== undefined && functionNamed(known)?.aggregate === aggregate;
    }),
  );
  return [...new Set(names)]
    .toSorted((a, b) => a.localeCompare(b))
    .map(code)
    .join(', ');
}

/** A comment's text: paragraphs stay, as do lists and what is set in by three spaces. */
function wordsOf(comment: string): string {
  const lines = comment.split('\n').map((line) => line.replace(/^\s*\* ?/, '').trimEnd());
  let sample = false;
  const words: string[] = [];
  for (const line of lines) {
    const isSample = line.startsWith('  ');
    if (isSample !== sample) words.push('```');
    sample = isSample;
    words.push(isSample ? line.trim() : line);
  }
  if (sample) words.push('```');
  return words
    .join('\n')
    .trim()
    .replaceAll(/ *\(§[^)]*\)|; §[\d., §]+(?=\))/g, '');
}

function functionsThat(aggregate: boolean): string {
  const names = functionNames().filter((name) => functionNamed(name)?.aggregate === aggregate);
  // Further names of a function are in lower case only.
  const shown = names.map((name) => {
    const documented = functionNamed(name)?.name ?? name;
    return documented.toLowerCase() === name ? documented : name;
  });
  return shown
    .toSorted((a, b) => a.localeCompare(b))
    .map(code)
    .join(', ');
}
