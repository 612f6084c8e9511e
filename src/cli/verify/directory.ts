/** Copies of a bucket on this machine, as `aws s3 sync` makes them. */
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { OperationalError } from '#base';
import type { AccountFolder } from '#trails';

const DIGESTS = 'CloudTrail-Digest';
/** `BUCKET/PREFIX/…/AWSLogs/ORGANIZATION/ACCOUNT`: so deep digests are looked for. */
const DEPTH_MAX = 12;
const READ_BYTES = 256 * 1024;

/**
 * The folders of accounts at or below a directory: those with digests in them.
 * @throws {OperationalError} `directory-unreadable`
 */
export async function accountFolders(directory: string): Promise<AccountFolder[]> {
  const found: AccountFolder[] = [];
  const look = async (path: string, depth: number): Promise<void> => {
    const names = await namesIn(path, 'folders');
    if (names.includes(DIGESTS)) {
      found.push(directoryFolder(path));
      return;
    }
    if (depth < DEPTH_MAX) for (const name of names.sort()) await look(join(path, name), depth + 1);
  };
  try {
    // Of what is there, only the directory itself must be.
    await readdir(directory);
    await look(directory, 0);
  } catch (error) {
    throw new OperationalError(
      'directory-unreadable',
      `${directory} cannot be read: ${(error as Error).message}`,
      'Name a directory that holds what was downloaded from the bucket, as by: aws s3 sync s3://BUCKET DIRECTORY',
      { cause: error },
    );
  }
  return found;
}

function directoryFolder(root: string): AccountFolder {
  return {
    label: root,
    origin: undefined,
    folders: (path) => namesIn(join(root, path), 'folders'),
    files: (path) => namesIn(join(root, path), 'files'),
    read: async (path) => {
      if (path.split('/').includes('..')) return undefined;
      const file = await open(join(root, path)).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
        throw error;
      });
      return file && { body: file.createReadStream({ highWaterMark: READ_BYTES }), metadata: undefined };
    },
  };
}

async function namesIn(path: string, what: 'files' | 'folders'): Promise<string[]> {
  const entries = await readdir(path, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return [];
    throw error;
  });
  return entries.filter((entry) => entry.isDirectory() === (what === 'folders')).map(({ name }) => name);
}
