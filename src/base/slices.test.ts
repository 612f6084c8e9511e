import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Slices } from './slices.ts';

function spin(ms: number): void {
  const endMs = performance.now() + ms;
  while (performance.now() < endMs);
}

test('long work lets others in again and again, and is done whole', async () => {
  const slices = new Slices();
  let others = 0;
  const other = setInterval(() => (others += 1), 1);
  const STEPS = 400;
  let done = 0;
  while (done < STEPS) {
    spin(0.1);
    done += 1;
    const turn = slices.over();
    if (turn) await turn;
  }
  clearInterval(other);
  assert.ok(others >= 5, `others ran ${others} times`);
});

test('beside long work of others a slice is longer, but never long', async () => {
  const slices = new Slices();
  const sliceMs = async (otherMs: number): Promise<number> => {
    while (slices.over() === undefined);
    const turn = slices.over();
    setImmediate(() => undefined);
    spin(otherMs);
    await turn;
    const begunMs = performance.now();
    while (slices.over() === undefined);
    return performance.now() - begunMs;
  };
  assert.ok((await sliceMs(3)) >= 1);
  assert.ok((await sliceMs(100)) >= 1.9);
});
