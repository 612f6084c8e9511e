import assert from 'node:assert/strict';
import { test } from 'node:test';
import { randomIds, systemClock } from '#base';
import type { LogEventSource } from '#store';
import { CONCURRENT_MAX, OPEN_SEARCH_CONCURRENT_MAX, Queries } from './queries.ts';
import type { QueriedGroup, QueryLanguage } from './types.ts';

const scope = { accountId: '123456789012', region: 'us-east-1' };
const group: QueriedGroup = {
  ...scope,
  generation: 'g',
  name: '/g',
  createdMs: 0,
  retentionDays: undefined,
  groupClass: 'STANDARD',
  tags: {},
};

/** Queries that never end by themselves. */
function endless(): Queries {
  const store = {
    query: async function* ({ signal }: { readonly signal: AbortSignal }) {
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      yield* [];
    },
    scopeSize: async () => ({ events: 0, bytes: 0 }),
    wordsHolding: async (wanted: readonly unknown[]) => wanted.map(() => undefined),
    logEventSource: async () => ({ sql: 'FROM t', parameters: {}, others: [] }) as unknown as LogEventSource,
  };
  const groups = {
    find: (_scope: unknown, name: string) => (name === group.name ? group : undefined),
    list: () => [group],
    byGeneration: () => group,
    readable: async () => undefined,
  };
  const lookupTables = { list: () => [], cells: async () => ({}) };
  return new Queries({
    store,
    groups,
    lookupTables,
    definitions: { list: () => [] },
    clock: systemClock,
    ids: randomIds,
  });
}

const TEXTS: Readonly<Record<QueryLanguage, string>> = {
  CWLI: 'SOURCE "/g" | fields a',
  PPL: 'source = `/g` | fields a',
  SQL: 'SELECT a FROM `/g`',
};

test('fifteen queries in PPL and SQL are open at one time, those in Logs Insights QL aside', async () => {
  const queries = endless();
  const begin = (language: QueryLanguage, region = scope.region): Promise<string> =>
    queries.start({
      ...scope,
      region,
      text: TEXTS[language],
      language,
      groups: [],
      startMs: 0,
      endMs: Date.now(),
      limit: undefined,
      check: () => undefined,
    });
  // All at once: none slips through while others are looked up.
  const began = await Promise.allSettled(
    Array.from({ length: 2 * OPEN_SEARCH_CONCURRENT_MAX }, (_, index) => begin(index % 2 === 0 ? 'SQL' : 'PPL')),
  );
  assert.equal(began.filter(({ status }) => status === 'fulfilled').length, OPEN_SEARCH_CONCURRENT_MAX);
  const tooMany = { name: 'QueryRefused', reason: 'too-many' };
  await assert.rejects(begin('PPL'), tooMany);
  await assert.rejects(begin('SQL'), tooMany);
  await begin('SQL', 'eu-west-1');
  for (let count = 0; count < CONCURRENT_MAX; count += 1) await begin('CWLI');
  await assert.rejects(begin('CWLI'), tooMany);
  const ended = began.find((one) => one.status === 'fulfilled');
  queries.stop(scope, ended?.value ?? '');
  await begin('PPL');
  queries.close();
});
