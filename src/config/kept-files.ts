/** Files of keys that Varve makes once and keeps: 0600, and whole whenever they can be seen. */
import { link, open, readFile, rename, rm } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { OperationalError } from '#base';

/** How long another process may take to change a file of keys. */
const LOCK_WAIT_MS = 5_000;

/**
 * Reads the file; makes it when it is not there. Of two processes that start together both read the same.
 * @throws {OperationalError} `data-unusable`
 */
export async function readOrMake(path: string, make: () => string): Promise<string> {
  try {
    const present = await readIfThere(path);
    if (present !== undefined) return present;
    const draft = await writeDraft(path, make());
    await link(draft, path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
    await rm(draft, { force: true });
    return await readFile(path, 'utf8');
  } catch (error) {
    throw unusable(path, error);
  }
}

/** The file's text, or undefined when there is none. @throws {OperationalError} `data-unusable` */
export async function readKept(path: string): Promise<string | undefined> {
  try {
    return await readIfThere(path);
  } catch (error) {
    throw unusable(path, error);
  }
}

/**
 * Replaces the text of a file that is there by what `change` makes of it. Processes change it one after the other: they hold
 * SQLite's lock on a file beside it, which ends with its process however that dies.
 * @throws {OperationalError} `data-unusable`
 */
export async function changeKept(path: string, change: (text: string) => string): Promise<string> {
  try {
    const lock = await lockOf(path);
    try {
      const before = await readFile(path, 'utf8');
      const after = change(before);
      if (after !== before) await rename(await writeDraft(path, after), path);
      return after;
    } finally {
      lock.close();
    }
  } catch (error) {
    throw unusable(path, error);
  }
}

async function lockOf(path: string): Promise<DatabaseSync> {
  const lockPath = `${path}.lock`;
  // SQLite would give the file the mode that the umask leaves.
  await (await open(lockPath, 'a', 0o600)).close();
  const database = new DatabaseSync(lockPath, { timeout: LOCK_WAIT_MS });
  try {
    database.exec('BEGIN EXCLUSIVE');
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

async function writeDraft(path: string, text: string): Promise<string> {
  const draft = `${path}.${process.pid}`;
  const file = await open(draft, 'w', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  return draft;
}

function readIfThere(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
}

function unusable(path: string, error: unknown): OperationalError {
  if (error instanceof OperationalError) return error;
  return new OperationalError(
    'data-unusable',
    `${path} cannot be used: ${(error as Error).message}`,
    'Check the owner and permissions of the file and its folder, or name another data directory with --data.',
    { cause: error },
  );
}
