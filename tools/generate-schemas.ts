/**
 * Writes `src/wire/generated/` from the pinned SDK client packages and `tools/constraints/`. Offline and deterministic:
 *   node tools/generate-schemas.ts
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GENERATED_FOLDER, generateFiles } from './schemas/generate.ts';

mkdirSync(GENERATED_FOLDER, { recursive: true });
for (const [name, text] of await generateFiles()) {
  writeFileSync(join(GENERATED_FOLDER, name), text);
  process.stdout.write(`${name}: ${Math.ceil(text.length / 1024)} KB\n`);
}
