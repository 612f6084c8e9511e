import { randomBytes } from 'node:crypto';
import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { OperationalError } from '#base';
import { readOrMake } from './kept-files.ts';
import type { Config } from './schema.ts';

const SERVER_KEY_BYTES = 32;
/** Mode bits of group and others. */
const OTHERS = 0o077;

/** Where the server key is kept: `serverKeyFile`, else `server.key` in the data directory. */
export function serverKeyPath({ data, serverKeyFile }: Config): string {
  return serverKeyFile ?? join(data, 'server.key');
}

/**
 * The key that seals secrets and temporary credentials: 32 bytes in base64, made once (0600). A file that others can read is
 * not used: whoever read it can make credentials.
 * @throws {OperationalError} `server-key-exposed`, `data-unusable`
 */
export async function serverKey(config: Config): Promise<Buffer> {
  const path = serverKeyPath(config);
  // Only the data directory is made: a folder that should be mounted and is not must not look as if it were.
  if (config.serverKeyFile === undefined) await mkdir(config.data, { recursive: true, mode: 0o700 });
  const text = await readOrMake(path, () => `${randomBytes(SERVER_KEY_BYTES).toString('base64')}\n`);
  const exposure = await serverKeyExposure(config);
  if (exposure !== undefined) {
    throw new OperationalError('server-key-exposed', exposure, `Run: chmod 600 ${path}`);
  }
  const key = Buffer.from(text.trim(), 'base64');
  if (key.length === SERVER_KEY_BYTES) return key;
  throw new OperationalError(
    'data-unusable',
    `${path} is not the key of a Varve server (${SERVER_KEY_BYTES} bytes in base64)`,
    'Restore it, or remove it: the secrets of access keys that were sealed with it are lost then, and temporary credentials end.',
  );
}

/** That others than its owner can use the server key's file, in words; undefined when they cannot, or there is none. */
export async function serverKeyExposure(config: Config): Promise<string | undefined> {
  // Windows has no such modes.
  if (process.platform === 'win32') return undefined;
  const path = serverKeyPath(config);
  const found = await stat(path).catch(() => undefined);
  if (!found || (found.mode & OTHERS) === 0) return undefined;
  return `the server key ${path} is open to others (mode ${(found.mode & 0o777).toString(8)}): who reads it can make credentials of every account`;
}
