/**
 * Writes docs/reference/ from the code: what the configuration's schema, the operation tables, the metrics and the named
 * limits say of themselves. `npm run reference` writes the pages; `npm run reference -- --check` only looks.
 * test/cli/reference.test.ts says when a page is stale.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { auditEventsPage } from './reference/audit-events.ts';
import { configurationPage } from './reference/configuration.ts';
import { insightsPage } from './reference/insights.ts';
import { limitsPage } from './reference/limits.ts';
import { metricsPage } from './reference/metrics.ts';
import { operationsPage } from './reference/operations.ts';

const ROOT = resolve(import.meta.dirname, '..');
const FOLDER = 'docs/reference';
const NOTICE = '<!-- Made by `npm run reference`; edit the code instead. -->\n';

/** The pages as they should be, by path from the repository's root. */
export async function referencePages(): Promise<ReadonlyMap<string, string>> {
  const pages = {
    'configuration.md': configurationPage(),
    'operations.md': operationsPage(),
    'audit-events.md': auditEventsPage(),
    'metrics.md': await metricsPage(),
    'insights.md': await insightsPage(join(ROOT, 'src')),
    'limits.md': await limitsPage(join(ROOT, 'src')),
  };
  return new Map(Object.entries(pages).map(([name, text]) => [`${FOLDER}/${name}`, `${NOTICE}\n${text.trimEnd()}\n`]));
}

/** Paths whose file says something else, or is not there. */
export async function stalePages(): Promise<string[]> {
  const stale: string[] = [];
  for (const [path, text] of await referencePages()) {
    const found = await readFile(join(ROOT, path), 'utf8').catch(() => undefined);
    if (found !== text) stale.push(path);
  }
  return stale;
}

if (import.meta.main) {
  const stale = await stalePages();
  if (process.argv.includes('--check')) {
    for (const path of stale) console.log(`${path} is stale: run npm run reference`);
    process.exitCode = stale.length === 0 ? 0 : 1;
  } else {
    await mkdir(join(ROOT, FOLDER), { recursive: true });
    for (const [path, text] of await referencePages()) {
      if (stale.includes(path)) await writeFile(join(ROOT, path), text);
    }
    console.log(stale.length === 0 ? 'nothing to do' : `written: ${stale.join(', ')}`);
  }
}
