import type { Varve } from '#app';

/** What still goes on after stopping, such as a call that waits for its model, ends with the process. Milliseconds. */
const LINGER_MS = 250;

/** Waits for Ctrl-C or SIGTERM, then stops within 5 s; a second signal ends at once. Gives the exit status. */
export function untilStopped(varve: Varve): Promise<number> {
  return new Promise((resolve) => {
    let stopping = false;
    const stop = (signal: NodeJS.Signals): void => {
      // What was acknowledged is durable already, so leaving at once loses nothing either.
      if (stopping) process.exit(1);
      stopping = true;
      const stopped = (status: number): void => {
        setTimeout(() => process.exit(status), LINGER_MS).unref();
        resolve(status);
      };
      varve.stop(signal).then(
        () => stopped(0),
        (error: unknown) => {
          process.stderr.write(`stopping failed: ${error instanceof Error ? error.message : String(error)}\n`);
          stopped(1);
        },
      );
    };
    process.on('SIGINT', stop);
    process.on('SIGTERM', stop);
  });
}
