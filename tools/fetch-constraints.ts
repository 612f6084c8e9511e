/**
 * Renews `tools/constraints/` from botocore's wheel on PyPI (Apache-2.0). Run by hand when the SDK clients are bumped:
 *   node tools/fetch-constraints.ts [version]
 * Needs `pip` and `python3`; everything else about generating works offline.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { type BotocoreModel, cutConstraints, writeConstraints } from './schemas/constraints.ts';
import { SOURCES } from './schemas/services.ts';

const BOTOCORE_VERSION = '1.44.5';
const TARGET = join(import.meta.dirname, 'constraints');

const version = process.argv[2] ?? BOTOCORE_VERSION;
const folder = mkdtempSync(join(tmpdir(), 'varve-botocore-'));
try {
  execFileSync('pip', ['download', `botocore==${version}`, '--no-deps', '--quiet', '-d', folder], { stdio: 'inherit' });
  const wheel = readdirSync(folder).find((name) => name.endsWith('.whl'));
  if (wheel === undefined) throw new Error(`pip left no wheel of botocore ${version}`);
  execFileSync('python3', ['-m', 'zipfile', '-e', join(folder, wheel), folder]);
  mkdirSync(TARGET, { recursive: true });
  for (const source of SOURCES) {
    const versions = readdirSync(join(folder, 'botocore/data', source.botocore)).sort();
    const path = `botocore/data/${source.botocore}/${versions.at(-1)}/service-2.json`;
    const model = JSON.parse(gunzipSync(readFileSync(join(folder, `${path}.gz`))).toString('utf8')) as BotocoreModel;
    const file = cutConstraints(model, `botocore ${version} (Apache-2.0) ${path}`);
    writeFileSync(join(TARGET, `${source.name}.json`), writeConstraints(file));
    process.stdout.write(`${source.name}: ${Object.keys(file.shapes).length} shapes with constraints\n`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
