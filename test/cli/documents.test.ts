/** What the README and the guides name is there. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { configurationPage } from '../../tools/reference/configuration.ts';
import { ROOT } from './server-process.ts';

/** Names of log events, which look like settings. */
const EVENTS = new Set(['delivery.parked', 'delivery.gap']);

async function documents(): Promise<[path: string, text: string][]> {
  const inDocs = (await readdir(join(ROOT, 'docs'), { recursive: true })).map((name) => join('docs', name));
  const paths = ['README.md', 'ARCHITECTURE.md', ...inDocs.filter((name) => name.endsWith('.md'))];
  return Promise.all(paths.map(async (path) => [path, await readFile(join(ROOT, path), 'utf8')] as [string, string]));
}

test('every link between the documents leads somewhere', async () => {
  for (const [path, text] of await documents()) {
    for (const [, target = ''] of text.matchAll(/\]\((?!https?:)([^)#]+)/g)) {
      assert.ok(existsSync(join(ROOT, dirname(path), target)), `${path} links to ${target}`);
    }
  }
});

test('every npm script, varve command and example that the documents name exists', async () => {
  const { scripts } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  for (const [path, text] of await documents()) {
    for (const [, name = ''] of text.matchAll(/npm run ([a-z][a-z:-]*)/g))
      assert.ok(Object.hasOwn(scripts, name), `${path}: npm run ${name}`);
    for (const [, name = ''] of text.matchAll(/npx varve ([a-z]+)/g))
      assert.match(name, /^(?:serve|env|demo|doctor|query|tail|verify)$/, path);
    for (const [name] of text.matchAll(/examples\/[\w.-]+/g))
      assert.ok(existsSync(join(ROOT, name)), `${path}: ${name}`);
  }
});

test('every setting that the guides name is a key of the configuration', async () => {
  const reference = configurationPage();
  for (const [path, text] of await documents()) {
    if (path.includes('reference')) continue;
    for (const [, key = ''] of text.matchAll(/`((?:journal|delivery|trails|store|objects|limits)\.[a-zA-Z]+)[`:]/g)) {
      if (!EVENTS.has(key)) assert.ok(reference.includes(`\`${key}\``), `${path}: ${key}`);
    }
  }
});

test('the container file copies what the server needs', async () => {
  const text = await readFile(join(ROOT, 'deploy/Dockerfile'), 'utf8');
  const sources = [...text.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, names = '']) => names.split(' '));
  for (const name of sources) assert.ok(existsSync(join(ROOT, name)), name);
  assert.match(text, /^USER node$/m);
  assert.match(text, /^HEALTHCHECK /m);
});
