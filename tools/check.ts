/**
 * Every check but the tests, side by side: types, lint with the layer rules, format, licences.
 * Exits with 1 when one fails, after all have run. `npm run check`
 */
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';

const bin = (name: string): string => new URL(`../node_modules/.bin/${name}`, import.meta.url).pathname;

const CHECKS: readonly { name: string; run: () => Promise<string | undefined> }[] = [
  { name: 'types', run: () => command('tsc', ['--noEmit']) },
  {
    name: 'lint',
    run: () => command('oxlint', ['--type-aware', '--deny-warnings', 'src', 'test', 'bench', 'tools', 'bin']),
  },
  { name: 'format', run: () => command('oxfmt', ['--check', '.']) },
  { name: 'licences', run: licences },
];

/** Licences that Apache-2.0 can be shipped with. */
const ALLOWED = new Set([
  'Apache-2.0',
  'MIT',
  'ISC',
  'BSD-2-Clause',
  'BSD-3-Clause',
  '0BSD',
  'BlueOak-1.0.0',
  'Unlicense',
  'CC0-1.0',
]);

/** Runs a tool; gives its output when it fails. */
function command(name: string, args: readonly string[]): Promise<string | undefined> {
  return new Promise((resolve) => {
    const child = spawn(bin(name), args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const output: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => output.push(chunk));
    child.on('error', (error) => resolve(`${name} cannot be run: ${error.message}. Run npm ci first.`));
    child.on('close', (code) => resolve(code === 0 ? undefined : Buffer.concat(output).toString()));
  });
}

/** Every package of the lockfile, so that no licence that contradicts ours comes in unseen. */
async function licences(): Promise<string | undefined> {
  const lock = JSON.parse(await readFile(new URL('../package-lock.json', import.meta.url), 'utf8')) as {
    packages: Record<string, { license?: string; resolved?: string }>;
  };
  const wrong = Object.entries(lock.packages)
    .filter(([path, { license }]) => path !== '' && !(license !== undefined && isAllowed(license)))
    .map(([path, { license }]) => `${path}: ${license ?? 'no licence named'}`);
  return wrong.length === 0 ? undefined : `Licences that cannot go with Apache-2.0:\n${wrong.join('\n')}`;
}

function isAllowed(expression: string): boolean {
  return expression
    .replaceAll(/[()]/g, '')
    .split(' OR ')
    .some((choice) => choice.split(' AND ').every((licence) => ALLOWED.has(licence.trim())));
}

const results = await Promise.all(CHECKS.map(async ({ name, run }) => ({ name, failure: await run() })));
for (const { name, failure } of results) {
  console.log(`${failure === undefined ? 'ok  ' : 'FAIL'} ${name}`);
  if (failure !== undefined) console.log(failure);
}
process.exitCode = results.some(({ failure }) => failure !== undefined) ? 1 : 0;
