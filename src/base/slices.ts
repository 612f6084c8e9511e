/** Work goes on for at least so long at a time, milliseconds: far below what a model call may wait, well above a turn's cost. */
const SLICE_MS_MIN = 0.25;
const SLICE_MS_MAX = 2;
/** Of the time that other work took in between: on a busy event loop background work must not fall behind either. */
const SHARE = 0.5;

/**
 * Cuts long work on the event loop into slices, between which calls are answered. Between two steps of the work:
 * `const turn = slices.over(); if (turn) await turn;`
 */
export class Slices {
  #endMs = performance.now() + SLICE_MS_MIN;

  /** Undefined while the slice lasts, else what to wait for before going on. */
  over(): Promise<void> | undefined {
    const endedMs = performance.now();
    if (endedMs < this.#endMs) return undefined;
    return new Promise((resolve) => {
      setImmediate(() => {
        const begunMs = performance.now();
        this.#endMs = begunMs + Math.min(Math.max((begunMs - endedMs) * SHARE, SLICE_MS_MIN), SLICE_MS_MAX);
        resolve();
      });
    });
  }
}
