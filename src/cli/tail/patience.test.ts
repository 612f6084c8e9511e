import assert from 'node:assert/strict';
import { test } from 'node:test';
import { patient } from './patience.ts';

function failure(code: string): Error {
  return Object.assign(new Error(code), { code });
}

/** Asks through outcomes in turn: an error is thrown, text is the answer. */
function asked(outcomes: readonly (Error | string)[], signal = new AbortController().signal) {
  const said: string[] = [];
  let at = 0;
  const ask = patient(
    () => {
      const outcome = outcomes[at++] ?? 'nothing more';
      return outcome instanceof Error ? Promise.reject(outcome) : Promise.resolve(outcome);
    },
    { signal, onAway: (error) => said.push((error as Error).message), onBack: () => said.push('back') },
  );
  return { ask, said };
}

test('a server that goes away is asked until it is back; that is told once', async () => {
  const { ask, said } = asked(['one', failure('ECONNREFUSED'), failure('ECONNRESET'), 'two', 'three']);
  assert.equal(await ask(undefined), 'one');
  assert.equal(await ask(undefined), 'two');
  assert.equal(await ask(undefined), 'three');
  assert.deepEqual(said, ['ECONNREFUSED', 'back']);
});

test('a server that never answered, and a refusal, are told at once', async () => {
  const never = asked([failure('ECONNREFUSED'), 'one']);
  await assert.rejects(never.ask(undefined), { code: 'ECONNREFUSED' });
  const refused = asked(['one', failure('ResourceNotFoundException'), 'two']);
  await refused.ask(undefined);
  await assert.rejects(refused.ask(undefined), { code: 'ResourceNotFoundException' });
  assert.deepEqual([...never.said, ...refused.said], []);
});

test('waiting ends when it is no longer wanted', async (context) => {
  const stop = new AbortController();
  const { ask } = asked(['one', failure('ECONNREFUSED'), 'two'], stop.signal);
  await ask(undefined);
  // Its time does not come: what ends it is the abort.
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const waiting = assert.rejects(ask(undefined), { name: 'AbortError' });
  await new Promise(setImmediate);
  stop.abort();
  await waiting;
});
