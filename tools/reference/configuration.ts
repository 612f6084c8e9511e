/** docs/reference/configuration.md, from the schema's own descriptions. */
import { configSchema } from '#config';
import { z } from 'zod';
import { code, table } from './markdown.ts';

/** What we read of JSON Schema, in which zod tells of a schema. */
interface Node {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly required?: readonly string[];
  readonly items?: Node;
  readonly additionalProperties?: Node | boolean;
  readonly oneOf?: readonly Node[];
  readonly anyOf?: readonly Node[];
}

const ENVIRONMENT: Readonly<Record<string, string>> = {
  listen: 'VARVE_LISTEN, --listen',
  data: 'VARVE_DATA, --data',
  region: 'VARVE_REGION',
  logLevel: 'VARVE_LOG_LEVEL',
  localModels: '--local-models',
  allowReset: '--allow-reset',
  'accounts[].id': 'VARVE_ACCOUNT_ID (the first)',
  'accounts[].rootAccessKeyId': 'VARVE_ROOT_ACCESS_KEY_ID (the first)',
  'accounts[].rootSecretAccessKey': 'VARVE_ROOT_SECRET_ACCESS_KEY (the first)',
  'delivery.interval': 'VARVE_DELIVERY_INTERVAL',
  'trails.interval': 'VARVE_TRAIL_INTERVAL',
  'trails.digestInterval': 'VARVE_DIGEST_INTERVAL',
  'store.url': 'VARVE_STORE_URL',
};

export function configurationPage(): string {
  const root = z.toJSONSchema(configSchema, { io: 'input', unrepresentable: 'any' }) as Node;
  const rows = [...settings(root, '')];
  return `# Configuration

A YAML file, named with \`--config\` or \`VARVE_CONFIG\`. A flag beats the environment, the environment beats the file, the
file beats the default. An unknown key is an error that names the nearest valid one. Durations are written like \`500ms\`,
\`2s\`, \`5m\`, \`1h\`; sizes are bytes. \`varve doctor\` prints the effective settings.

${table(['key', 'values', 'default', 'environment, flag', 'meaning'], rows)}
`;
}

function* settings(node: Node, path: string): Generator<string[]> {
  const variants = node.oneOf ?? node.anyOf;
  if (variants) {
    for (const variant of variants) yield* settings(variant, path);
    return;
  }
  for (const [name, child] of Object.entries(node.properties ?? {})) {
    const at = path === '' ? name : `${path}.${name}`;
    const inner = innerOf(child, at);
    // A section is told by what it holds; what says something of its own has a line too.
    if (!inner || child.description !== undefined || child.const !== undefined) {
      const required = node.required?.includes(name) === true && child.const === undefined;
      yield [code(at), valuesOf(child), defaultOf(child, required), ENVIRONMENT[at] ?? '', child.description ?? ''];
    }
    if (inner) yield* settings(...inner);
  }
}

/** Where the settings inside of a setting are: an object's, a list's elements', a map's values'. */
function innerOf(node: Node, at: string): [Node, string] | undefined {
  if (node.properties) return [node, at];
  if (node.items?.properties) return [node.items, `${at}[]`];
  const values = node.additionalProperties;
  return typeof values === 'object' && (values.oneOf ?? values.anyOf ?? values.properties)
    ? [values, `${at}.NAME`]
    : undefined;
}

function valuesOf(node: Node): string {
  if (node.const !== undefined) return code(String(node.const));
  if (node.enum) return node.enum.map((value) => code(String(value))).join(' ');
  if (node.type === 'array') return node.items?.type === 'string' ? 'list of strings' : 'list';
  return node.type === 'object' ? 'section' : (node.type ?? '');
}

function defaultOf(node: Node, required: boolean): string {
  if (required) return '(required)';
  return node.default === undefined ? '' : code(JSON.stringify(node.default));
}
