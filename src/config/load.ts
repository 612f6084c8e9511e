import { readFile } from 'node:fs/promises';
import { parse as parseYaml } from 'yaml';
import type { z } from 'zod';
import { OperationalError } from '#base';
import { type Config, configSchema } from './schema.ts';

/** What flags may set; undefined ones do not count. */
export interface Flags {
  listen?: string | undefined;
  data?: string | undefined;
  config?: string | undefined;
  localModels?: boolean | undefined;
  allowReset?: boolean | undefined;
}

type Tree = { [key: string]: unknown };

/**
 * The effective configuration: flags over environment over file over defaults (contract.md, Environment).
 * @throws {OperationalError} `config-invalid`: names the key, what is wrong, and the nearest valid key
 */
export async function loadConfig(
  flags: Flags,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Config> {
  const path = flags.config ?? environment['VARVE_CONFIG'];
  const tree: Tree = path === undefined ? {} : await readConfigFile(path);
  applyEnvironment(tree, environment);
  if (flags.listen !== undefined) tree['listen'] = flags.listen;
  if (flags.data !== undefined) tree['data'] = flags.data;
  if (flags.localModels !== undefined) tree['localModels'] = flags.localModels;
  if (flags.allowReset !== undefined) tree['allowReset'] = flags.allowReset;
  return checkConfig(tree, path ?? 'the environment');
}

/** Checks a configuration given as plain values. @throws {OperationalError} `config-invalid` */
export function checkConfig(tree: unknown, origin: string): Config {
  const result = configSchema.safeParse(tree);
  if (result.success) {
    checkReferences(result.data, origin);
    return result.data;
  }
  const problems = result.error.issues.map(describeIssue).join('; ');
  throw new OperationalError(
    'config-invalid',
    `the configuration (${origin}) is wrong: ${problems}`,
    'Mend it; docs/reference/configuration.md lists every key.',
  );
}

function checkReferences(config: Config, origin: string): void {
  const ids = config.accounts.map(({ id }) => id);
  const twice = ids.find((id, at) => ids.indexOf(id) !== at);
  if (twice !== undefined) {
    throw new OperationalError(
      'config-invalid',
      `the configuration (${origin}) is wrong: accounts: ${twice} stands there twice`,
      'Give each account one entry.',
    );
  }
  for (const rule of config.models) {
    if (rule.upstream === 'local' || Object.hasOwn(config.upstreams, rule.upstream)) continue;
    const names = ['local', ...Object.keys(config.upstreams)];
    throw new OperationalError(
      'config-invalid',
      `the configuration (${origin}) is wrong: models: no upstream is named "${rule.upstream}"`,
      `Name one of: ${names.join(', ')}.`,
    );
  }
}

async function readConfigFile(path: string): Promise<Tree> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw new OperationalError(
      'config-unreadable',
      `the configuration file ${path} cannot be read: ${(error as Error).message}`,
      'Check the path and its permissions.',
      { cause: error },
    );
  }
  try {
    const tree: unknown = parseYaml(text) ?? {};
    if (typeof tree === 'object' && !Array.isArray(tree)) return tree as Tree;
    throw new Error('the top level must be a mapping');
  } catch (error) {
    throw new OperationalError(
      'config-invalid',
      `the configuration file ${path} is no valid YAML: ${(error as Error).message}`,
      'Mend the file.',
      { cause: error },
    );
  }
}

function section(tree: Tree, key: string): Tree {
  const value = tree[key];
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Tree;
  const made: Tree = {};
  tree[key] = made;
  return made;
}

function applyEnvironment(tree: Tree, environment: Readonly<Record<string, string | undefined>>): void {
  const plain = {
    VARVE_LISTEN: 'listen',
    VARVE_DATA: 'data',
    VARVE_REGION: 'region',
    VARVE_LOG_LEVEL: 'logLevel',
    VARVE_SERVER_KEY_FILE: 'serverKeyFile',
  } as const;
  for (const [variable, key] of Object.entries(plain)) {
    if (environment[variable] !== undefined) tree[key] = environment[variable];
  }
  const inSections = {
    VARVE_STORE_URL: ['store', 'url'],
    VARVE_DELIVERY_INTERVAL: ['delivery', 'interval'],
    VARVE_TRAIL_INTERVAL: ['trails', 'interval'],
    VARVE_DIGEST_INTERVAL: ['trails', 'digestInterval'],
  } as const;
  for (const [variable, [part, key]] of Object.entries(inSections)) {
    if (environment[variable] !== undefined) section(tree, part)[key] = environment[variable];
  }
  applyAccountEnvironment(tree, environment);
}

/**
 * VARVE_ACCOUNT_ID makes an account of the file the first one, or gives the first one another number; the root key variables
 * speak of the first account then.
 */
function applyAccountEnvironment(tree: Tree, environment: Readonly<Record<string, string | undefined>>): void {
  const values = {
    id: environment['VARVE_ACCOUNT_ID'],
    rootAccessKeyId: environment['VARVE_ROOT_ACCESS_KEY_ID'],
    rootSecretAccessKey: environment['VARVE_ROOT_SECRET_ACCESS_KEY'],
  };
  const given = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
  if (Object.keys(given).length === 0) return;
  const listed: unknown[] = Array.isArray(tree['accounts']) ? tree['accounts'] : [{ id: '123456789012' }];
  const named = listed.find((account) => (account as Tree | null)?.['id'] === values.id);
  const [first, ...others] = named === undefined ? listed : [named, ...listed.filter((account) => account !== named)];
  tree['accounts'] = [{ ...(first as Tree | undefined), ...given }, ...others];
}

function describeIssue(issue: z.core.$ZodIssue): string {
  const at = issue.path.join('.');
  if (issue.code === 'unrecognized_keys') {
    const valid = validKeys(issue.path);
    return issue.keys
      .map((key) => {
        const nearest = nearestWord(key, valid);
        const name = at === '' ? key : `${at}.${key}`;
        return `unknown key "${name}"${nearest === undefined ? '' : `; did you mean "${nearest}"?`}`;
      })
      .join('; ');
  }
  return `${at === '' ? '(top level)' : at}: ${issue.message}`;
}

/** The keys that the schema knows at a path: descends through defaults, arrays and unions. */
function validKeys(path: readonly PropertyKey[]): string[] {
  let nodes: SchemaNode[] = [configSchema as unknown as SchemaNode];
  for (const step of path) nodes = nodes.flatMap(unwrap).flatMap((node) => childrenAt(node, step));
  return nodes.flatMap(unwrap).flatMap((node) => Object.keys(node.def.shape ?? {}));
}

interface SchemaNode {
  readonly def: {
    readonly innerType?: SchemaNode;
    readonly options?: readonly SchemaNode[];
    readonly shape?: Readonly<Record<string, SchemaNode>>;
    readonly element?: SchemaNode;
    readonly valueType?: SchemaNode;
  };
}

function unwrap(node: SchemaNode): SchemaNode[] {
  if (node.def.innerType) return unwrap(node.def.innerType);
  if (node.def.options) return node.def.options.flatMap(unwrap);
  return [node];
}

function childrenAt(node: SchemaNode, step: PropertyKey): SchemaNode[] {
  const child = node.def.shape?.[String(step)] ?? node.def.element ?? node.def.valueType;
  return child ? [child] : [];
}

/** The word of the list with the smallest edit distance, if it is near enough to be meant. */
export function nearestWord(word: string, candidates: readonly string[]): string | undefined {
  const ranked = candidates
    .map((candidate) => ({ candidate, distance: editDistance(word.toLowerCase(), candidate.toLowerCase()) }))
    .toSorted((a, b) => a.distance - b.distance);
  const best = ranked[0];
  return best && best.distance <= Math.max(2, Math.floor(word.length / 2)) ? best.candidate : undefined;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const substitution = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substitution, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
