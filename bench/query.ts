/**
 * Logs Insights over realistic invocation records in the embedded store: cold (a store process that was just started, with
 * the pages of its files dropped) and warm, from StartQuery to Complete; beside it `zgrep` over the same records as gzipped
 * objects, and DuckDB where it is there. `npm run bench:query [-- --records N --warm N --only TEXT --data DIRECTORY]`
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { randomIds, sleep, systemClock } from '#base';
import { type QueriedGroup, Queries, type QueryView } from '#queries';
import { openStore, type Store } from '#store';
import { measureBeside } from './query/beside.ts';
import { type Case, casesFor } from './query/cases.ts';
import { dropPages } from './query/cold.ts';
import { fill, type Filled, settle, sizesOf } from './query/fill.ts';
import { ACCOUNT, REGION } from './query/records.ts';
import { DuckDb, zgrep } from './query/rivals.ts';
import { type Parts, timed } from './query/timed-store.ts';
import { costOf } from './gateway/processes.ts';

const { values } = parseArgs({
  options: {
    records: { type: 'string', default: '200000' },
    warm: { type: 'string', default: '5' },
    /** Kept and used again when it holds as many records. */
    data: { type: 'string' },
    only: { type: 'string' },
    /** Only loads, and says how long that took. */
    'no-queries': { type: 'boolean', default: false },
    'no-rivals': { type: 'boolean', default: false },
    duckdb: { type: 'string' },
    beside: { type: 'boolean', default: false },
  },
});
const RECORDS = Number(values.records);
const WARM_RUNS = Number(values.warm);
const STORE_MEMORY_BYTES_MAX = 2 * 1024 * 1024 * 1024;
const CASE_TIMEOUT_MS = 300_000;
/** The engine works by itself for about a second, which queries would share with it. */
const ENGINE_BEGINS_MS = 3_000;
const MIB = 1024 * 1024;

function open(directory: string): Store {
  return openStore(
    { mode: 'embedded', dataDir: directory, memoryBytesMax: STORE_MEMORY_BYTES_MAX },
    { clock: systemClock, ids: randomIds, onEvent: () => undefined },
  );
}

interface Run {
  readonly ms: number;
  readonly parts: Parts;
  readonly view: QueryView;
}

let runs = 0;

async function run(store: Store, one: Case): Promise<Run> {
  const parts: Parts = { sourceMs: 0, rowsMs: 0, matchedMs: 0, sizeMs: 0 };
  const group: QueriedGroup = {
    ...one.group,
    accountId: ACCOUNT,
    region: REGION,
    createdMs: one.startMs,
    retentionDays: undefined,
    groupClass: 'STANDARD',
    tags: {},
  };
  const groups = {
    find: () => group,
    list: () => [group],
    byGeneration: () => group,
    readable: async () => undefined,
  };
  const lookupTables = { list: () => [], cells: async () => ({}) };
  const definitions = { list: () => [] };
  const queries = new Queries({
    store: timed(store, parts),
    groups,
    lookupTables,
    definitions,
    clock: systemClock,
    ids: randomIds,
  });
  const scope = { accountId: ACCOUNT, region: REGION };
  const startedMs = performance.now();
  const id = await queries.start({
    ...scope,
    text: one.text,
    language: 'CWLI',
    groups: [group],
    startMs: one.startMs,
    // Another one each time: the engine remembers which blocks a condition found nothing in, and would not look again.
    endMs: one.endMs + (runs += 1),
    limit: undefined,
    check: () => undefined,
  });
  for (;;) {
    const view = queries.get(scope, id);
    if (view.endedMs !== undefined) {
      if (view.status !== 'Complete') throw new Error(`${one.text}: ${view.status}, ${view.failure ?? ''}`);
      return { ms: performance.now() - startedMs, parts, view };
    }
    if (performance.now() - startedMs > CASE_TIMEOUT_MS) throw new Error(`${one.text} takes too long`);
    await sleep(1);
  }
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? Number.NaN;
}

function line(cells: readonly (string | number)[]): void {
  console.log(`| ${cells.join(' | ')} |`);
}

function ms(number: number | undefined): string {
  return number === undefined || Number.isNaN(number) ? '' : number.toFixed(number < 10 ? 1 : 0);
}

async function fillOnce(root: string): Promise<Filled> {
  const told = join(root, 'filled.json');
  if (existsSync(told)) {
    const filled = JSON.parse(readFileSync(told, 'utf8')) as Filled;
    if (filled.records === RECORDS) return filled;
    throw new Error(`${root} holds ${filled.records} records, not ${RECORDS}`);
  }
  const store = open(join(root, 'store'));
  try {
    await store.start();
    const filled = await fill(store, RECORDS, join(root, 'objects'));
    await settle(store);
    writeFileSync(told, JSON.stringify(filled));
    return filled;
  } finally {
    await store.close();
  }
}

async function measureCases(root: string, cases: readonly Case[]): Promise<void> {
  const duckdb = values['no-rivals'] ? undefined : await DuckDb.open(root, join(root, 'objects'), values.duckdb);
  if (duckdb) console.log(duckdb.note);
  console.log(
    `\n| query | rows | scanned | cold ms | warm ms | of which source, rows, matched, size | aim | store MiB | zgrep ms | DuckDB ms |`,
  );
  console.log('|---|---|---|---|---|---|---|---|---|---|');
  for (const one of cases) {
    const store = open(join(root, 'store'));
    try {
      await store.start();
      // A process that has just started is busy with itself.
      await sleep(ENGINE_BEGINS_MS);
      const isCold = await dropPages(join(root, 'store'));
      const cold = await run(store, one);
      const warm: Run[] = [];
      // The first is the last that is cold in part: it does not count.
      for (let at = 0; at <= WARM_RUNS; at += 1) warm.push(await run(store, one));
      warm.shift();
      const child = await costOf(process.pid, { descendantsOnly: true });
      const part = (name: keyof Parts): string => ms(median(warm.map(({ parts }) => parts[name])));
      const grep = one.grep && !values['no-rivals'] ? await zgrep(join(root, 'objects'), one.grep) : undefined;
      const { recordsMatched } = cold.view.statistics;
      if (grep && grep.lines !== recordsMatched) {
        throw new Error(`${one.name}: zgrep finds ${grep.lines} records, the query ${recordsMatched}`);
      }
      const duck = one.duckdb !== undefined ? await duckdb?.run(one.duckdb, WARM_RUNS) : undefined;
      line([
        one.name,
        cold.view.rows.length,
        cold.view.statistics.recordsScanned,
        isCold ? ms(cold.ms) : `${ms(cold.ms)} (pages kept)`,
        ms(median(warm.map((each) => each.ms))),
        (['sourceMs', 'rowsMs', 'matchedMs', 'sizeMs'] as const).map(part).join(', '),
        one.aimMs,
        (child.peakRssBytes / MIB).toFixed(0),
        grep === undefined ? '' : `${ms(grep.ms)} (${grep.lines})`,
        ms(duck),
      ]);
    } finally {
      await store.close();
    }
  }
  await duckdb?.close();
}

const root = values.data ?? mkdtempSync(join(tmpdir(), 'varve-bench-'));
mkdirSync(root, { recursive: true });
try {
  console.log(
    `Machine: ${cpus().length} × ${cpus()[0]?.model ?? '?'}, Node ${process.version}, load ${loadavg()[0]?.toFixed(1)}`,
  );
  if (values.beside) {
    await measureBeside(root, RECORDS);
  } else {
    const filled = await fillOnce(root);
    const store = open(join(root, 'store'));
    await store.start();
    const sizes = await sizesOf(store);
    await store.close();
    const mb = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;
    console.log(
      `${filled.records} records, ${filled.events} events of a knowledge base, in ${filled.seconds.toFixed(0)} s: ${mb(filled.rawBytes)} raw, ${mb(filled.gzipBytes)} as gzipped objects, ` +
        `${mb(sizes.all)} in the store (${sizes.parts} parts; messages ${mb(sizes.message)}, attrs ${mb(sizes.attrs)}, indexes ${mb(sizes.index)})`,
    );
    if (!values['no-queries']) {
      const cases = casesFor(RECORDS).filter(({ name }) => values.only === undefined || name.includes(values.only));
      await measureCases(root, cases);
    }
    console.log(`\nLoad at the end: ${loadavg()[0]?.toFixed(1)}`);
  }
} finally {
  if (values.data === undefined) rmSync(root, { recursive: true, force: true, maxRetries: 5 });
}
