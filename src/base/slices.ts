/**
 * Work goes on for so long at a time, milliseconds. Not less: with 0.25 ms a batch meets a call at each of its turns of the event
 * loop, and the slowest calls of a busy machine became slower (bench/README.md).
 */
const SLICE_MS = 2;

/**
 * Cuts long work on the event loop into slices, between which calls are answered. Between two steps of the work:
 * `const turn = slices.over(); if (turn) await turn;`
 */
export class Slices {
  #endMs = performance.now() + SLICE_MS;

  /** Undefined while the slice lasts, else what to wait for before going on. */
  over(): Promise<void> | undefined {
    if (performance.now() < this.#endMs) return undefined;
    return new Promise((resolve) => {
      setImmediate(() => {
        this.#endMs = performance.now() + SLICE_MS;
        resolve();
      });
    });
  }
}
