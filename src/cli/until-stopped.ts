import type { Varve } from '#app';

/** Waits for Ctrl-C or SIGTERM, then stops within 5 s; a second signal ends at once. Gives the exit status. */
export function untilStopped(varve: Varve): Promise<number> {
  return new Promise((resolve) => {
    let stopping = false;
    const stop = (signal: NodeJS.Signals): void => {
      // What was acknowledged is durable already, so leaving at once loses nothing either.
      if (stopping) process.exit(1);
      stopping = true;
      varve.stop(signal).then(
        () => resolve(0),
        (error: unknown) => {
          process.stderr.write(`stopping failed: ${error instanceof Error ? error.message : String(error)}\n`);
          resolve(1);
        },
      );
    };
    process.on('SIGINT', stop);
    process.on('SIGTERM', stop);
  });
}
