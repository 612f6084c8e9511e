import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { OperationalError } from '#base';
import { changeKept, readKept, readOrMake } from './kept-files.ts';
import type { Config } from './schema.ts';

/** An account's root access key. */
export interface RootKey {
  readonly accountId: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/**
 * The root keys of all accounts, in the order of the configuration: those that it names, else those kept in
 * `<data>/root-keys.json` (0600). The key of an account that has neither is made and kept there, also when the account joins
 * later.
 * @throws {OperationalError} `config-invalid`, `data-unusable`
 */
export async function rootKeys(config: Config): Promise<RootKey[]> {
  await makeDataDirectory(config.data);
  const path = pathOf(config);
  const text = await readOrMake(path, () => textOf(lackingOf(config, [])));
  let kept = parseKept(path, text);
  if (lackingOf(config, kept).length > 0) {
    const changed = await changeKept(path, (before) => {
      const keys = parseKept(path, before);
      const added = lackingOf(config, keys);
      return added.length === 0 ? before : textOf([...keys, ...added]);
    });
    kept = parseKept(path, changed);
  }
  return config.accounts.map((account) => givenKey(account) ?? keptKey(account.id, kept));
}

/**
 * The root key of one account as it is now, for clients: nothing is made.
 * @param accountId default: the first account
 * @returns undefined when the account is not configured, or has no key yet
 * @throws {OperationalError} `config-invalid`, `data-unusable`
 */
export async function findRootKey(config: Config, accountId = config.accounts[0]?.id): Promise<RootKey | undefined> {
  const account = config.accounts.find(({ id }) => id === accountId);
  if (!account) return undefined;
  const given = givenKey(account);
  if (given) return given;
  const path = pathOf(config);
  const text = await readKept(path);
  return text === undefined ? undefined : parseKept(path, text).find((key) => key.accountId === accountId);
}

function pathOf({ data }: Config): string {
  return join(data, 'root-keys.json');
}

async function makeDataDirectory(data: string): Promise<void> {
  try {
    await mkdir(data, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new OperationalError(
      'data-unusable',
      `the data directory ${data} cannot be used: ${(error as Error).message}`,
      'Check its owner and permissions, or name another with --data.',
      { cause: error },
    );
  }
}

type Account = Config['accounts'][number];

/** The key that the configuration names. */
function givenKey({ id, rootAccessKeyId, rootSecretAccessKey }: Account): RootKey | undefined {
  if (rootAccessKeyId === undefined && rootSecretAccessKey === undefined) return undefined;
  if (rootAccessKeyId === undefined || rootSecretAccessKey === undefined) {
    throw new OperationalError(
      'config-invalid',
      `account ${id} has only one half of a root access key`,
      'Give both rootAccessKeyId and rootSecretAccessKey, or neither.',
    );
  }
  return { accountId: id, accessKeyId: rootAccessKeyId, secretAccessKey: rootSecretAccessKey };
}

function keptKey(accountId: string, kept: readonly RootKey[]): RootKey {
  const key = kept.find((one) => one.accountId === accountId);
  if (!key) throw new Error(`BUG: account ${accountId} has no root key`);
  return key;
}

/** New keys for the accounts that have none. */
function lackingOf({ accounts }: Config, kept: readonly RootKey[]): RootKey[] {
  const has = new Set(kept.map(({ accountId }) => accountId));
  return accounts.filter((account) => !givenKey(account) && !has.has(account.id)).map(({ id }) => makeKey(id));
}

function makeKey(accountId: string): RootKey {
  const id = Array.from(randomBytes(16), (byte) => ALPHABET[byte & 31]).join('');
  return { accountId, accessKeyId: `AKIA${id}`, secretAccessKey: randomBytes(30).toString('base64') };
}

function textOf(keys: readonly RootKey[]): string {
  return `${JSON.stringify(keys, undefined, 2)}\n`;
}

function parseKept(path: string, text: string): RootKey[] {
  try {
    const keys: unknown = JSON.parse(text);
    if (!Array.isArray(keys) || !keys.every(isRootKey)) throw new Error('not a list of keys');
    return keys;
  } catch (error) {
    throw new OperationalError(
      'data-unusable',
      `${path} is no list of root keys in JSON`,
      'Restore it, or remove it to have new root keys made.',
      { cause: error },
    );
  }
}

function isRootKey(value: unknown): value is RootKey {
  if (typeof value !== 'object' || value === null) return false;
  const { accountId, accessKeyId, secretAccessKey } = value as Record<string, unknown>;
  return typeof accountId === 'string' && typeof accessKeyId === 'string' && typeof secretAccessKey === 'string';
}
