/**
 * Queries against the real engine: a store of its own, events put into it as the server puts them, and the compiler between.
 *
 * Golden triples: `golden/<name>.json` holds queries with the SQL and the rows that come of them. After a wanted change
 * `GOLDEN=write node --test test/insights/<name>.test.ts` writes them anew; the difference is then read by a human.
 */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomIds, systemClock } from '#base';
import {
  type CompiledQuery,
  CELL_SEPARATOR,
  type CommandNode,
  compileQuery,
  earlierOf,
  type EventSource,
  type LookupTable,
  parseQuery,
  type Query,
  type QueryLanguage,
  sourceOf,
  subqueriesOf,
  type TimeRange,
  wordKey,
} from '#insights';
import { completionOfRecord } from '#records';
import { openStore, type Store } from '#store';

/** 2026-11-21T12:00:00Z: where events of tests begin, one a minute unless they tell a time. */
export const START_MS = Date.parse('2026-11-21T12:00:00Z');
export const END_MS = START_MS + 86_400_000;
const RANGE: TimeRange = { startMs: START_MS, endMs: END_MS };
const MINUTE_MS = 60_000;

export interface TestEvent {
  /** Objects are put as JSON. */
  readonly message: string | object;
  readonly atMs?: number;
  readonly stream?: string;
}

export interface InsightsKit {
  readonly store: Store;
  /** Puts events into a group, whose name is its generation too. */
  put(group: string, events: readonly (TestEvent | string | object)[]): Promise<void>;
  compile(query: string, groups?: readonly string[], limit?: number, language?: QueryLanguage): Promise<CompiledQuery>;
  /** Rows with the missing values left out, as GetQueryResults gives them; `@ptr` is left out. */
  rows(
    query: string,
    groups?: readonly string[],
    limit?: number,
    language?: QueryLanguage,
  ): Promise<Record<string, string>[]>;
  /** Makes a lookup table: the first row has the names. */
  table(name: string, rows: readonly (readonly string[])[]): void;
  /** Compares with `golden/<name>.json`, whose entries have `query` and optionally `groups`. */
  golden(name: string, language?: QueryLanguage): Promise<void>;
}

const DEFAULT_GROUP = 'test';

/** @param options.knowsWords whether the store is asked for the words of parts, as it is where it is embedded */
export async function withInsights(
  work: (kit: InsightsKit) => Promise<void>,
  { knowsWords = true }: { readonly knowsWords?: boolean } = {},
): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'varve-insights-'));
  const store = openStore(
    { mode: 'embedded', dataDir: join(directory, 'store'), memoryBytesMax: 1024 * 1024 * 1024 },
    { clock: systemClock, ids: randomIds, onEvent: () => undefined },
  );
  let sequence = 0;
  const tables = new Map<string, LookupTable & { readonly cells: Readonly<Record<string, string>> }>();
  const sourceFrom = async (names: readonly string[], prefix: string, range: TimeRange): Promise<EventSource> => {
    const groups = names.map((name) => ({ generation: name, name }));
    const source = await store.logEventSource({ groups, ...range }, prefix);
    // In a fixed order, so that golden SQL stays the same.
    return { ...source, others: source.others.toSorted() };
  };
  const compile = async (
    query: string,
    groups: readonly string[] = [DEFAULT_GROUP],
    limit?: number,
    language: QueryLanguage = 'CWLI',
  ) => {
    const parsed = parseQuery(query, language);
    const nested = new Map<Query, EventSource>();
    for (const [index, subquery] of subqueriesOf(parsed).entries()) {
      nested.set(subquery, await sourceFrom(namesOf(subquery) ?? [], `sub${index}_`, RANGE));
    }
    const read = namesOf(parsed) ?? groups;
    const source = await sourceFrom(read, 'src_', RANGE);
    const ranges: number[] = [];
    const earlier = new Map<CommandNode, EventSource>();
    for (const [index, { node, range }] of earlierOf(parsed, RANGE).entries()) {
      earlier.set(node, await sourceFrom(read, `old${index}_`, range));
      ranges.push(range.startMs);
    }
    const times = { ...RANGE, nowMs: END_MS };
    const options = { source, nested, earlier, lookups: tables, times, limit };
    const asking = compileQuery(parsed, options);
    if (!knowsWords || asking.wordParts.length === 0) return asking;
    const found = await store.wordsHolding(asking.wordParts, { startMs: Math.min(START_MS, ...ranges), endMs: END_MS });
    const words = new Map<string, readonly string[]>();
    for (const [index, part] of asking.wordParts.entries()) {
      const those = found[index];
      assert.ok(those, `the words with ${part.text} are known`);
      // In a fixed order, so that golden SQL stays the same.
      words.set(wordKey(part), those.toSorted());
    }
    return compileQuery(parsed, { ...options, words });
  };
  const run = async ({ sql, parameters, columns, lookups }: CompiledQuery): Promise<Record<string, string>[]> => {
    const cells = lookups.map(({ parameter, table, field }) => [parameter, tables.get(table)?.cells[field] ?? '']);
    const rows: Record<string, string>[] = [];
    const bounds = { signal: new AbortController().signal, timeoutMs: 60_000, memoryBytesMax: 500_000_000 };
    for await (const values of store.query({
      sql,
      parameters: { ...parameters, ...Object.fromEntries(cells) },
      ...bounds,
    })) {
      const present = columns.flatMap((column, index) => {
        const value = values[index];
        return value === null || value === undefined || column === '@ptr' ? [] : [[column, String(value)] as const];
      });
      rows.push(Object.fromEntries(present));
    }
    return rows;
  };
  try {
    await store.start();
    await work({
      store,
      put: async (group, events) => {
        const rows = events.map((given, index) => {
          const event = isEvent(given) ? given : { message: given };
          sequence += 1;
          const timestampMs = event.atMs ?? START_MS + index * MINUTE_MS;
          const message = typeof event.message === 'string' ? event.message : JSON.stringify(event.message);
          return {
            key: { node: 'test', sequence, index: 0 },
            accountId: '123456789012',
            region: 'us-east-1',
            groupGeneration: group,
            streamName: event.stream ?? 'stream',
            timestampMs,
            ingestionMs: timestampMs + 1_000,
            message,
            completion: completionOfRecord,
          };
        });
        const [first, last] = [rows[0], rows.at(-1)];
        if (!first || !last) return;
        const range = { node: 'test', firstSequence: first.key.sequence, lastSequence: last.key.sequence };
        await store.insertLogEvents({ ...range, rows, retry: false });
      },
      compile,
      table: (name, [fields = [], ...rows]) => {
        const cells = fields.map((field, index) => [field, rows.map((row) => row[index] ?? '').join(CELL_SEPARATOR)]);
        tables.set(name, { fields, records: rows.length, cells: Object.fromEntries(cells) });
      },
      rows: async (query, groups, limit, language) => run(await compile(query, groups, limit, language)),
      golden: async (name, language) => {
        const path = join(import.meta.dirname, 'golden', `${name}.json`);
        const triples = JSON.parse(await readFile(path, 'utf8')) as Triple[];
        const found: Triple[] = [];
        for (const { query, groups } of triples) {
          const compiled = await compile(query, groups, undefined, language);
          const rows = await run(compiled).catch((error: Error) => {
            throw new Error(`${query}: ${error.message}\n${compiled.sql}`, { cause: error });
          });
          found.push({ query, ...(groups ? { groups } : {}), sql: compiled.sql.split('\n'), rows });
        }
        if (process.env['GOLDEN'] === 'write') await writeFile(path, `${JSON.stringify(found, undefined, 2)}\n`);
        else assert.deepEqual(found, triples);
      },
    });
  } finally {
    await store.close();
    await rm(directory, { recursive: true, force: true, maxRetries: 5 });
  }
}

function namesOf(query: Query): readonly string[] | undefined {
  const selection = sourceOf(query)?.selection;
  return selection?.kind === 'names' ? selection.names : undefined;
}

interface Triple {
  readonly query: string;
  readonly groups?: readonly string[];
  readonly sql?: readonly string[];
  readonly rows?: readonly Record<string, string>[];
}

function isEvent(given: TestEvent | string | object): given is TestEvent {
  return (
    typeof given === 'object' &&
    'message' in given &&
    Object.keys(given).every((key) => ['message', 'atMs', 'stream'].includes(key))
  );
}
