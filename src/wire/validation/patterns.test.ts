import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { SERVICE_NAMES } from '../services.ts';
import { compilePattern, matchesPattern } from './patterns.ts';

/** Far more than the whole run takes; only a pattern that hangs gets there. */
const HANG_GUARD_MS = 60_000;

function modelPatterns(): string[] {
  const patterns = new Set<string>();
  for (const name of SERVICE_NAMES) {
    const text = readFileSync(new URL(`../generated/${name}.json`, import.meta.url), 'utf8');
    const file = JSON.parse(text) as { shapes: [unknown, unknown, unknown, { $pattern?: string }][] };
    for (const [, , , traits] of file.shapes) if (traits.$pattern !== undefined) patterns.add(traits.$pattern);
  }
  return [...patterns];
}

test('every pattern of the API models can be matched here', () => {
  const patterns = modelPatterns();
  assert.ok(patterns.length > 100, `only ${patterns.length} patterns were found`);
  assert.deepEqual(
    patterns.filter((pattern) => compilePattern(pattern) === undefined),
    [],
  );
});

test('no pattern of the API models hangs on a hostile value', async () => {
  const worker = new Worker(
    `import { parentPort, workerData } from 'node:worker_threads';
     const { hostileStrings } = await import(workerData.hostile);
     const { compilePattern } = await import(workerData.patterns);
     for (const pattern of workerData.list) {
       parentPort.postMessage(pattern);
       const strings = hostileStrings(pattern);
       for (const text of strings) compilePattern(pattern)?.test(text);
     }
     parentPort.postMessage('');`,
    {
      eval: true,
      execArgv: ['--input-type=module'],
      workerData: {
        hostile: new URL('./hostile-strings.ts', import.meta.url).href,
        patterns: new URL('./patterns.ts', import.meta.url).href,
        list: modelPatterns(),
      },
    },
  );
  let current = 'nothing yet';
  const guard = setTimeout(() => void worker.terminate(), HANG_GUARD_MS);
  await new Promise<void>((resolve, reject) => {
    worker.on('message', (pattern: string) => (current = pattern)).on('error', reject);
    worker.on('exit', () => resolve());
  });
  clearTimeout(guard);
  assert.equal(current, '', 'this pattern hangs');
});

test('rewritten patterns accept what the models accept', () => {
  const jobName = String.raw`[a-zA-Z0-9](-*[a-zA-Z0-9\+\-\.])*`;
  for (const good of ['a', 'a-b', 'a--b', 'a.+-', 'job-2026']) assert.ok(matchesPattern(jobName, good), good);
  for (const bad of ['', '-a', 'a_b', 'a b']) assert.ok(!matchesPattern(jobName, bad), bad);
});

test('a pattern is matched against the whole value', () => {
  assert.ok(!matchesPattern('[a-z]+', 'abc1'));
  assert.ok(!matchesPattern('a|b', 'ax'));
  assert.ok(matchesPattern('^[a-z]+$', 'abc'));
});
