import { access, constants, stat, statfs } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { type Config, serverKeyExposure } from '#config';
import type { Command } from './command.ts';
import { explainRequest } from './doctor/denial.ts';
import { CONFIG_OPTIONS, CONFIG_OPTIONS_HELP, configOf, endpointOf } from './options.ts';

const HELP = `varve doctor [options]

Says in words what is wrong with this installation, and prints the effective settings.
Exits with 1 when something must be mended.

With --request it says why a request was denied instead: which statement decided, or what no policy allows. It asks the
running server, with the key in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (root's, or one that may varve:ExplainDenial),
else with the root key of the data directory; the request must be one of that key's account.

${CONFIG_OPTIONS_HELP}  --request ID        the request id of an AccessDenied error
  --account ID        with --request: whose root key to ask with (default: the first account)
`;

const HEALTH_TIMEOUT_MS = 5_000;

interface Finding {
  readonly level: 'ok' | 'note' | 'wrong';
  readonly text: string;
}
const ok = (text: string): Finding => ({ level: 'ok', text });
const note = (text: string): Finding => ({ level: 'note', text });
const wrong = (text: string): Finding => ({ level: 'wrong', text });

export const doctor: Command = async (args) => {
  const { values } = parseArgs({
    args: [...args],
    options: { ...CONFIG_OPTIONS, request: { type: 'string' }, account: { type: 'string' } },
    strict: true,
  });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const config = await configOf(values);
  if (values.request !== undefined) {
    const named = values.listen === undefined ? process.env['AWS_ENDPOINT_URL'] : undefined;
    const endpoint = named?.replace(/\/+$/, '') ?? endpointOf(config.listen);
    return explainRequest(config, endpoint, { requestId: values.request, account: values.account });
  }
  const findings = [
    ...(await checkData(config)),
    ...(await checkServerKey(config)),
    await checkDisk(config),
    await checkEngine(config),
    ...checkSettings(config),
    ...(await checkServer(config)),
  ];
  const mark = { ok: 'ok   ', note: 'note ', wrong: 'WRONG' };
  for (const { level, text } of findings) process.stdout.write(`${mark[level]}  ${text}\n`);
  process.stdout.write(`\nEffective settings:\n${JSON.stringify(withoutSecrets(config), undefined, 2)}\n`);
  return findings.some(({ level }) => level === 'wrong') ? 1 : 0;
};

async function checkData({ data }: Config): Promise<Finding[]> {
  let mode: number;
  try {
    mode = (await stat(data)).mode & 0o777;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT')
      return [note(`The data directory ${data} is not there yet; the server makes it.`)];
    return [wrong(`The data directory ${data} cannot be looked at: ${(error as Error).message}.`)];
  }
  const findings: Finding[] = [];
  if ((mode & 0o077) !== 0)
    findings.push(
      wrong(
        `Others can read the data directory ${data} (mode ${mode.toString(8)}): it holds prompts and keys. Run: chmod 700 ${data}`,
      ),
    );
  try {
    await access(data, constants.W_OK | constants.X_OK);
    findings.push(ok(`The data directory ${data} can be written.`));
  } catch {
    findings.push(wrong(`The data directory ${data} cannot be written by this user: check its owner.`));
  }
  return findings;
}

async function checkServerKey(config: Config): Promise<Finding[]> {
  const exposure = await serverKeyExposure(config);
  return exposure === undefined ? [] : [wrong(`The server does not start: ${exposure}. Run: chmod 600 on it.`)];
}

async function checkDisk({ data, journal }: Config): Promise<Finding> {
  const { bavail, bsize } = await statfs(data).catch(() => statfs('.'));
  const freeBytes = bavail * bsize;
  const free = `${Math.floor(freeBytes / 1024 / 1024)} MiB are free on the disk of ${data}`;
  if (freeBytes < journal.freeBytesMin)
    return wrong(
      `Only ${free}: calls are refused until there is more (journal.freeBytesMin is ${Math.floor(journal.freeBytesMin / 1024 / 1024)} MiB).`,
    );
  return freeBytes < 4 * journal.freeBytesMin ? note(`${free}: that is little.`) : ok(`${free}.`);
}

async function checkEngine({ store }: Config): Promise<Finding> {
  if (store.url !== undefined) return ok('The store is a ClickHouse server.');
  try {
    // Found, not loaded: libchdb is only ever loaded in the store's own process.
    import.meta.resolve('chdb');
    return ok('The embedded engine (chdb) is installed.');
  } catch {
    return wrong(
      'The embedded engine is not installed (the optional npm package chdb; it needs Linux with glibc, or macOS). Install it, or set VARVE_STORE_URL.',
    );
  }
}

function checkSettings(config: Config): Finding[] {
  const findings: Finding[] = [];
  if (!/^(?:127\.|localhost|\[::1\])/.test(config.listen))
    findings.push(
      note(`Varve listens on ${config.listen}, open to the network without TLS: put a proxy with TLS before it.`),
    );
  if (config.authorization === 'off') findings.push(wrong(AUTHORIZATION_OFF));
  if (config.localModels)
    findings.push(
      note('The built-in model answers for well-known model ids (localModels): good for tests, wrong for an audit.'),
    );
  if (config.allowReset) findings.push(note('POST /_varve/reset may clear all state (allowReset).'));
  if (config.journal.durability === 'os')
    findings.push(note('Records survive the death of the process, not a power cut (journal.durability: os).'));
  if (config.journal.onFailure === 'serve')
    findings.push(note('Calls are served even when they cannot be recorded (journal.onFailure: serve).'));
  if (config.models.length === 0 && !config.localModels)
    findings.push(
      note('No upstream is configured: only the varve.* models answer. Name one under "upstreams" and "models".'),
    );
  return findings;
}

interface Health {
  readonly status: string;
  readonly problems?: readonly string[];
  readonly authorization?: string;
  /** Access keys whose secrets were sealed under another server key. */
  readonly lostSecrets?: number;
  /** Of the last 24 hours. */
  readonly tamperAlerts?: { readonly critical: number; readonly warning: number };
  readonly destinations?: readonly {
    readonly route: string;
    readonly name: string;
    readonly state: string;
    readonly lagEntries: number;
    readonly lastError?: string;
  }[];
}

async function checkServer({ listen, authorization }: Config): Promise<Finding[]> {
  const endpoint = endpointOf(listen);
  let health: Health;
  try {
    const response = await fetch(`${endpoint}/_varve/health`, { signal: AbortSignal.timeout(HEALTH_TIMEOUT_MS) });
    health = (await response.json()) as Health;
  } catch (error) {
    const refused = (error as { cause?: { code?: string } }).cause?.code === 'ECONNREFUSED';
    return [
      note(
        refused
          ? `No server answers at ${endpoint}; start one with: npx varve serve`
          : `What answers at ${endpoint} is no Varve server.`,
      ),
    ];
  }
  const problems = (health.problems ?? []).map(wrong);
  const destinations = (health.destinations ?? []).map(({ name, state, lagEntries, lastError }) =>
    state === 'parked' || state === 'retrying'
      ? wrong(
          `The destination ${name} is ${state}, ${lagEntries} entries behind in the journal: ${lastError ?? 'no reason is known'}. It goes on by itself when that is mended; see docs/guide/when-a-destination-fails.md`,
        )
      : ok(`The destination ${name} is ${state}.`),
  );
  const notes: Finding[] = [];
  // The server may run with another configuration than the one that is looked at.
  if (health.authorization === 'off' && authorization !== 'off') notes.push(wrong(AUTHORIZATION_OFF));
  if (health.lostSecrets !== undefined) notes.push(wrong(lostSecretsText(health.lostSecrets)));
  if (health.tamperAlerts) notes.push(tamperAlertsFinding(health.tamperAlerts));
  return [
    ...(problems.length === 0 ? [ok(`The server at ${endpoint} is well.`)] : problems),
    ...notes,
    ...destinations,
  ];
}

const AUTHORIZATION_OFF =
  'AUTHORIZATION IS OFF: every caller with a valid key may do everything in its account. Only for test suites; remove "authorization: off" from the configuration.';

function lostSecretsText(count: number): string {
  const keys =
    count === 1
      ? '1 access key is refused as unknown: its secret was'
      : `${count} access keys are refused as unknown: their secrets were`;
  return `${keys} sealed under another server key. Put that key back (serverKeyFile, else server.key in the data directory), or make ${count === 1 ? 'this access key' : 'these access keys'} anew.`;
}

function tamperAlertsFinding({ critical, warning }: NonNullable<Health['tamperAlerts']>): Finding {
  const alerts = [
    critical > 0 ? `${critical} critical` : '',
    warning > 0 ? `${warning} of attempts and lesser changes` : '',
  ];
  const text = `Tamper alerts of the last 24 hours: ${alerts.filter((part) => part !== '').join(', ')}. See GET /_varve/alerts, or the server's log; docs/guide/tamper-alarms.md tells what they mean.`;
  return critical > 0 ? wrong(text) : note(text);
}

/** The settings with every secret covered. */
function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      /secret|token/i.test(key) && item !== undefined
        ? '(set)'
        : key === 'url'
          ? withoutPassword(item)
          : withoutSecrets(item),
    ]),
  );
}

function withoutPassword(url: unknown): unknown {
  return typeof url === 'string' ? url.replace(/\/\/[^@/]*@/, '//(set)@') : url;
}
