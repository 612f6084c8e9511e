/**
 * The store process: the only one that loads libchdb. Started by the supervisor, which tells it over IPC what to open;
 * answers ClickHouse HTTP on a unix socket; ends when told to drain, or when the supervisor's process is gone (the IPC
 * channel closes whatever killed it), so that no orphan holds the directory's lock.
 *
 * Always ends by SIGKILL, which the engine's data survives at any moment: process.exit() while a query runs crashes libchdb, and
 * where a connection was closed under a running query it never returned (9 of 60 stops just after the opening, when the query
 * for the version still ran). Nothing is closed like that any more (engine.ts), and then process.exit() returned 60 of 60 times;
 * but without a gateway nobody would end a process that hangs with the directory's lock.
 */
import { chmodSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import { getPriority, setPriority } from 'node:os';
import { join } from 'node:path';
import { SPOOL_FOLDER } from './body-files.ts';
import { ChdbMissing } from './chdb.ts';
import { Engine } from './engine.ts';
import { createFacade } from './facade.ts';
import type { FromChild, OpenFailure, OpenMessage, ToChild } from './messages.ts';

/** Behind the gateway, which answers calls while the engine merges. */
const NICENESS = 10;
/**
 * Running statements may finish this long, milliseconds; nobody waits for their answers any more, and inserts are tried again
 * by their plans. Then they are killed …
 */
const DRAIN_PATIENCE_MS = 500;
/** … and the process with them, when even that does not help. */
const DRAIN_MS_MAX = 2_000;
/** How often freed memory is given back to the system after work was done, milliseconds. */
const PURGE_INTERVAL_MS = 20_000;

let engine: Engine | undefined;
let facade: Server | undefined;
let draining = false;

setPriority(0, Math.max(getPriority(), NICENESS));
// Ctrl-C and service managers signal the whole group; the supervisor decides when the store stops, after the last insert.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => undefined);
process.on('SIGHUP', () => undefined);
process.on('disconnect', () => void drain());
process.on('message', (message: ToChild) => {
  if (message.type === 'open') void open(message);
  else if (message.type === 'drain') void drain();
  else void tell({ type: 'pong' });
});
void tell({ type: 'hello' });

async function open(message: OpenMessage): Promise<void> {
  let reason: OpenFailure = 'directory-unusable';
  try {
    process.umask(0o077);
    const spoolDirectory = join(message.directory, SPOOL_FOLDER);
    mkdirSync(spoolDirectory, { recursive: true, mode: 0o700 });
    reason = 'chdb-unusable';
    engine = Engine.open(message);
    // What a process that is gone has left; a statement whose file goes with it is tried again.
    for (const name of readdirSync(spoolDirectory)) {
      if (/\.(?:rows|spool)$/.test(name)) rmSync(join(spoolDirectory, name), { force: true });
    }
    const engineVersion = await engine.version();
    facade = createFacade(engine, { token: message.token, spoolDirectory });
    await listen(facade, message.socketPath);
    startPurging(engine, facade);
    await tell({ type: 'ready', engineVersion });
  } catch (error) {
    if (error instanceof ChdbMissing) reason = 'chdb-missing';
    await tell({ type: 'failed', reason, message: (error as Error).message });
    await drain();
  }
}

function listen(server: Server, socketPath: string): Promise<void> {
  // The engine's lock on its directory is held: a socket that is there belongs to a process that is gone.
  rmSync(socketPath, { force: true });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(socketPath, () => {
      chmodSync(socketPath, 0o600);
      resolve();
    });
  });
}

function startPurging(of: Engine, server: Server): void {
  let worked = true;
  server.on('request', () => (worked = true));
  setInterval(() => {
    if (!worked || draining) return;
    worked = false;
    void of.purgeMemory().catch(() => undefined);
  }, PURGE_INTERVAL_MS).unref();
}

async function drain(): Promise<void> {
  if (draining) return;
  draining = true;
  setTimeout(end, DRAIN_MS_MAX).unref();
  const stopped = facade?.listening ? new Promise((resolve) => facade?.close(resolve)) : undefined;
  facade?.closeIdleConnections();
  await engine?.close(DRAIN_PATIENCE_MS);
  facade?.closeIdleConnections();
  await stopped;
  await tell({ type: 'drained' });
  end();
}

function end(): void {
  process.kill(process.pid, 'SIGKILL');
}

/** Resolves when the message is on its way, or nobody is there to hear it. */
function tell(message: FromChild): Promise<void> {
  return new Promise((resolve) => {
    if (process.connected && process.send) process.send(message, undefined, undefined, () => resolve());
    else resolve();
  });
}
