/** Why the embedded store does not open, in words that name the object and what to do. */
import { OperationalError } from '#base';
import type { OpenFailure } from './messages.ts';

/** @param stderr what the engine said beside; only its complaint about a lock is used */
export function openFailure(reason: OpenFailure, message: string, directory: string, stderr = ''): OperationalError {
  if (reason === 'chdb-missing') {
    return new OperationalError(
      'store-engine-missing',
      `the embedded store needs the optional npm package chdb, which is not installed for ${process.platform}-${process.arch}: ${firstLine(message)}`,
      'Install it with "npm install --include=optional" (Linux with glibc, or macOS), or set VARVE_STORE_URL to a ClickHouse server.',
    );
  }
  const lock = /Cannot lock file [^\n]*/.exec(stderr)?.[0] ?? /Cannot lock file [^\n]*/.exec(message)?.[0];
  if (lock !== undefined) {
    return new OperationalError(
      'store-locked',
      `another process holds the store in ${directory}: ${lock}`,
      'Stop the other Varve that uses this data directory, or wait until its store process has ended.',
    );
  }
  if (reason === 'directory-unusable') {
    return new OperationalError(
      'store-directory-unusable',
      `the store's directory ${directory} cannot be used: ${firstLine(message)}`,
      'Check that the directory exists, belongs to the user that runs Varve, and that its disk has space.',
    );
  }
  return new OperationalError(
    'store-engine-unusable',
    `the embedded store's engine does not start in ${directory}: ${firstLine(message)}${firstComplaint(stderr)}`,
    'Reinstall the npm package chdb (exactly the version of package-lock.json), or set VARVE_STORE_URL to a ClickHouse server.',
  );
}

function firstLine(text: string): string {
  return (text.split('\n', 1)[0] ?? '').slice(0, 500);
}

function firstComplaint(stderr: string): string {
  const line = /^.*(?:Exception|Error|error|terminate)[^\n]*/m.exec(stderr)?.[0];
  return line === undefined ? '' : ` (${line.slice(0, 500)})`;
}
