import { chmod, mkdir, open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { OperationalError } from '#base';

/** Holds the data directory for this process. */
export interface DataLock {
  release(): void;
}

const SQLITE_BUSY = 5;

/**
 * Takes the data directory, so that no second server writes to it. The lock is the operating system's lock on
 * `lock.sqlite`, which ends with the process however it dies; a file with a pid alone would outlive it, and pids are
 * used again (in containers at once).
 * @throws {OperationalError} `data-in-use` with the other server's pid, `data-unusable`
 */
export async function lockDataDirectory(directory: string): Promise<DataLock> {
  const pidPath = join(directory, 'server.pid');
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const lockPath = join(directory, 'lock.sqlite');
    await makePrivate(lockPath);
    const database = new DatabaseSync(lockPath);
    database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE');
    await writeFile(pidPath, `${process.pid}\n`, { mode: 0o600 });
    return { release: () => database.close() };
  } catch (error) {
    if ((error as { errcode?: number }).errcode === SQLITE_BUSY) {
      const pid = (await readFile(pidPath, 'utf8').catch(() => 'unknown')).trim();
      throw new OperationalError(
        'data-in-use',
        `the data directory ${directory} is in use by another Varve server (pid ${pid})`,
        'Stop that server, or name another directory with --data DIR or VARVE_DATA.',
        { cause: error },
      );
    }
    throw new OperationalError(
      'data-unusable',
      `the data directory ${directory} cannot be used: ${error instanceof Error ? error.message : String(error)}`,
      'Check its owner and permissions, or name another with --data DIR.',
      { cause: error },
    );
  }
}

/**
 * SQLite gives its files the modes of the database, and makes that by the umask. One that is there is not opened here: to close
 * it would let go of this process's lock on it.
 */
async function makePrivate(path: string): Promise<void> {
  const made = await open(path, 'wx', 0o600).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EEXIST') return undefined;
    throw error;
  });
  if (made) await made.close();
  else await chmod(path, 0o600);
}
