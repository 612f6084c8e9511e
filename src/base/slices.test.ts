import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Slices } from './slices.ts';

function spin(ms: number): void {
  const endMs = performance.now() + ms;
  while (performance.now() < endMs);
}

test('long work lets others in again and again', async () => {
  const slices = new Slices();
  let others = 0;
  const other = setInterval(() => (others += 1), 1);
  for (let step = 0; step < 400; step += 1) {
    spin(0.1);
    const turn = slices.over();
    if (turn) await turn;
  }
  clearInterval(other);
  assert.ok(others >= 5, `others ran ${others} times`);
});

test('short work waits for nobody', (context) => {
  // However slow the machine: no time passes.
  context.mock.method(performance, 'now', () => 0);
  assert.equal(new Slices().over(), undefined);
});
