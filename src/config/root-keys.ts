import { randomBytes } from 'node:crypto';
import { link, mkdir, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { OperationalError } from '#base';
import type { Config } from './schema.ts';

/** An account's root access key. */
export interface RootKey {
  readonly accountId: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const SERVER_KEY_BYTES = 32;

/**
 * The root keys of all accounts: those of the configuration, else those kept in `<data>/root-keys.json` (0600), made
 * the first time they are asked for.
 * @throws {OperationalError} `data-unusable`
 */
export async function rootKeys(config: Config): Promise<RootKey[]> {
  const kept = new Map((await keptKeys(config)).map((key) => [key.accountId, key]));
  const keys = config.accounts.map(({ id, rootAccessKeyId, rootSecretAccessKey }): RootKey => {
    const made = kept.get(id) ?? makeKey(id);
    kept.set(id, made);
    if (rootAccessKeyId === undefined && rootSecretAccessKey === undefined) return made;
    if (rootAccessKeyId === undefined || rootSecretAccessKey === undefined) {
      throw new OperationalError(
        'config-invalid',
        `account ${id} has only one half of a root access key`,
        'Give both rootAccessKeyId and rootSecretAccessKey, or neither.',
      );
    }
    return { accountId: id, accessKeyId: rootAccessKeyId, secretAccessKey: rootSecretAccessKey };
  });
  return keys;
}

/** The key that seals temporary credentials: 32 bytes in `<data>/server.key` (0600), made once. */
export async function serverKey(config: Config): Promise<Buffer> {
  const path = join(config.data, 'server.key');
  const text = await readOrMake(config, path, () => randomBytes(SERVER_KEY_BYTES).toString('base64'));
  const key = Buffer.from(text.trim(), 'base64');
  if (key.length === SERVER_KEY_BYTES) return key;
  throw new OperationalError(
    'data-unusable',
    `${path} is not the key of a Varve server`,
    'Restore it, or remove it: temporary credentials given so far then end.',
  );
}

async function keptKeys(config: Config): Promise<RootKey[]> {
  const path = join(config.data, 'root-keys.json');
  const text = await readOrMake(
    config,
    path,
    () =>
      `${JSON.stringify(
        config.accounts.map(({ id }) => makeKey(id)),
        undefined,
        2,
      )}\n`,
  );
  try {
    return JSON.parse(text) as RootKey[];
  } catch (error) {
    throw new OperationalError(
      'data-unusable',
      `${path} is no valid JSON`,
      'Restore it, or remove it to have new root keys made.',
      { cause: error },
    );
  }
}

function makeKey(accountId: string): RootKey {
  const id = Array.from(randomBytes(16), (byte) => ALPHABET[byte & 31]).join('');
  return { accountId, accessKeyId: `AKIA${id}`, secretAccessKey: randomBytes(30).toString('base64') };
}

/**
 * Reads the file; makes it when it is not there. The file appears whole, so that of two processes that start together
 * both read the same.
 */
async function readOrMake(config: Config, path: string, make: () => string): Promise<string> {
  const draft = `${path}.${process.pid}`;
  try {
    await mkdir(config.data, { recursive: true, mode: 0o700 });
    const present = await readFile(path, 'utf8').catch(() => undefined);
    if (present !== undefined) return present;
    const file = await open(draft, 'w', 0o600);
    try {
      await file.writeFile(make());
      await file.sync();
    } finally {
      await file.close();
    }
    await link(draft, path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
    await rm(draft, { force: true });
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new OperationalError(
      'data-unusable',
      `the data directory ${config.data} cannot be used: ${(error as Error).message}`,
      'Check its owner and permissions, or name another with --data.',
      { cause: error },
    );
  }
}
