import { readFile, stat } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { OperationalError } from '#base';
import {
  type AccountFolder,
  NoPublicKey,
  type PublicKeys,
  publicKeysOf,
  trailFilter,
  verifyTrails,
  type VerifyOptions,
} from '#trails';
import type { Command } from './command.ts';
import { parseMoment, withTimesJoined } from './moment.ts';
import { refusal } from './refusals.ts';
import { SERVER_OPTIONS, SERVER_OPTIONS_HELP, serverAddress } from './server-options.ts';
import { Output } from './terminal/output.ts';
import { accountFolders } from './verify/directory.ts';
import { isAllValid, jsonReport, type Report, type Subject, textReport } from './verify/report.ts';
import { WrongUsage } from './wrong-usage.ts';

const HELP = `varve verify --directory DIR --public-key FILE [options]
varve verify --trail NAME|ARN [options]

Says which log files of a trail, and which digests, were changed, deleted or added. The first form needs no server: only
what was downloaded, and the public key.
  aws s3 sync s3://my-trails my-trails
  aws cloudtrail list-public-keys --start-time 2026-01-01T00:00:00Z > keys.json
  npx varve verify --directory my-trails --public-key keys.json

  --directory DIR     what was downloaded, from the bucket or a folder of it; may be given more than once
  --public-key FILE   what list-public-keys printed, or a key in PEM or DER; may be given more than once
  --signature HEX     the signature of the newest digest, where that is AWS's: it stands in the object's metadata only, which a
                      download leaves behind (aws s3api head-object tells it). Varve's digests carry theirs with them
  --trail NAME|ARN    with --directory: this trail only. Alone: ask the server for its bucket and keys. With --public-key it
                      may also be the directory
  --start TIME        default: everything. Relative (-30m, -1h, -7d), now, ISO 8601 (UTC unless it names a zone), or epoch
                      seconds
  --end TIME          default now
  --output FORMAT     text (default) or json
  --verbose           tell of valid files too
${SERVER_OPTIONS_HELP}
The exit status is 0 when everything is valid, 1 when something is not or there are no digests.
`;

const FORMATS = ['text', 'json'] as const;
/** The clocks of those who sign and of those who verify may differ so much. */
const AHEAD_MS = 2 * 3_600_000;

type Values = ReturnType<typeof parse>['values'];

/** `varve verify` (contract.md). */
export const verify: Command = async (args) => {
  const { values } = parse(args);
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const { subject, ...times } = timesOf(values);
  const reportOn = reporterOf(values);
  const directories = await directoriesOf(values);
  const source =
    directories.length > 0
      ? await fromDirectories(directories, values)
      : await fromServer(values, times.range.toMs === Number.MAX_SAFE_INTEGER ? Date.now() : times.range.toMs);
  const report = reportOn({ ...subject, what: source.what });
  await report.begin();
  try {
    const result = await verifyTrails({ ...source.options, ...times }, report);
    await report.end(result, source.notes);
    return isAllValid(result) ? 0 : 1;
  } catch (error) {
    throw source.endpoint === undefined ? error : refusal(error, source.endpoint);
  } finally {
    source.close();
  }
};

function parse(args: readonly string[]) {
  return parseArgs({
    args: withTimesJoined(args, ['--start', '--end']),
    options: {
      ...SERVER_OPTIONS,
      directory: { type: 'string', multiple: true },
      'public-key': { type: 'string', multiple: true },
      signature: { type: 'string', multiple: true },
      trail: { type: 'string' },
      start: { type: 'string' },
      end: { type: 'string' },
      output: { type: 'string' },
      verbose: { type: 'boolean' },
    },
    allowPositionals: false,
    strict: true,
  });
}

interface Source {
  readonly what: string;
  readonly options: Omit<VerifyOptions, 'range'>;
  readonly notes: readonly string[];
  /** Of the server that was asked. */
  readonly endpoint: string | undefined;
  close(): void;
}

/** `--trail` may name the directory too, where the keys show that no server is meant. */
async function directoriesOf({ directory = [], trail, 'public-key': keys = [] }: Values): Promise<string[]> {
  if (directory.length > 0) return directory;
  if (trail === undefined)
    throw new WrongUsage('name what to verify: --directory DIR --public-key FILE, or --trail TRAIL');
  const isDirectory = keys.length > 0 && (await stat(trail).catch(() => undefined))?.isDirectory();
  return isDirectory ? [trail] : [];
}

function timesOf({ start, end }: Values): { subject: Omit<Subject, 'what'>; range: VerifyOptions['range'] } {
  const nowMs = Date.now();
  const fromMs = start === undefined ? undefined : parseMoment(start, nowMs, '--start');
  const toMs = end === undefined ? undefined : parseMoment(end, nowMs, '--end');
  if (fromMs !== undefined && fromMs > (toMs ?? nowMs)) throw new WrongUsage('--start is after --end');
  return { subject: { fromMs, toMs }, range: { fromMs: fromMs ?? 0, toMs: toMs ?? Number.MAX_SAFE_INTEGER } };
}

async function fromDirectories(directories: readonly string[], values: Values): Promise<Source> {
  const { trail, directory = [], signature: signatures = [] } = values;
  const keys = await keysOf(values['public-key'] ?? []);
  if (keys.size === 0) throw new WrongUsage('name the public key with --public-key FILE');
  const folders: AccountFolder[] = [];
  for (const path of directories) folders.push(...(await accountFolders(path)));
  const isWanted = trailFilter(directory.length > 0 ? trail : undefined);
  const what = directories.join(', ');
  return {
    what,
    options: { folders, keys: () => keys, isWanted, signatures },
    notes: [],
    endpoint: undefined,
    close: () => undefined,
  };
}

async function fromServer(values: Values, toMs: number): Promise<Source> {
  // Loaded when it is needed: offline needs no SDK.
  const { bucketFolder, s3ClientOf } = await import('./verify/bucket.ts');
  const { describeTrail, listPublicKeys } = await import('./verify/cloudtrail.ts');
  const { trail: nameOrArn = '', signature: signatures = [] } = values;
  const given = await keysOf(values['public-key'] ?? []);
  const address = await serverAddress(values);
  const { endpoint } = address;
  const { trail, otherWriter } = await describeTrail(address, nameOrArn).catch((error: unknown) => {
    throw refusal(error, endpoint);
  });
  const client = s3ClientOf(address);
  const account = trail.TrailARN.split(':')[4] ?? '';
  const head = `${trail.S3KeyPrefix ? `${trail.S3KeyPrefix}/` : ''}AWSLogs/${account}/`;
  return {
    what: `trail ${trail.TrailARN}`,
    options: {
      folders: [bucketFolder(client, { bucket: trail.S3BucketName, head })],
      keys: (region) => (given.size > 0 ? given : listPublicKeys(address, region, toMs + AHEAD_MS)),
      isWanted: trailFilter(trail.TrailARN),
      signatures,
      hasOtherWriters: otherWriter !== undefined,
      open: (origin) => bucketFolder(client, origin),
    },
    notes:
      otherWriter === undefined
        ? []
        : [
            `Trail ${otherWriter} writes to the same folder without digests: log files that were added cannot be told from its.`,
          ],
    endpoint,
    close: () => client.destroy(),
  };
}

/** @throws {OperationalError} `public-key-unreadable` */
async function keysOf(paths: readonly string[]): Promise<PublicKeys> {
  const keys = new Map<string, PublicKeys extends ReadonlyMap<string, infer Key> ? Key : never>();
  for (const path of paths) {
    try {
      for (const [fingerprint, key] of publicKeysOf(await readFile(path))) keys.set(fingerprint, key);
    } catch (error) {
      if (!(error instanceof NoPublicKey) && !(error instanceof Error && 'code' in error)) throw error;
      throw new OperationalError(
        'public-key-unreadable',
        `${path} cannot be used: ${error.message}`,
        'Give what this prints: aws cloudtrail list-public-keys --start-time 2026-01-01T00:00:00Z',
        { cause: error },
      );
    }
  }
  return keys;
}

function reporterOf({ output, verbose = false }: Values): (subject: Subject) => Report {
  const format = output === undefined ? 'text' : FORMATS.find((name) => name === output);
  if (!format) throw new WrongUsage(`--output is one of ${FORMATS.join(', ')}, not "${output}"`);
  const stdout = new Output(process.stdout);
  return format === 'json'
    ? (subject) => jsonReport(subject, stdout)
    : (subject) => textReport(subject, stdout, new Output(process.stderr), verbose);
}
