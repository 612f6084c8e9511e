/** What else searches records: `zgrep` over objects, and DuckDB. */
import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';

const TIMEOUT_MS = 900_000;

/** Searches all objects with as many processes as there are cores; gives how long it took and how many lines it found. */
export async function zgrep(
  objects: string,
  { pattern, fixed }: { readonly pattern: string; readonly fixed: boolean },
): Promise<{ readonly ms: number; readonly lines: number }> {
  const script = `find "$1" -name '*.gz' -print0 | xargs -0 -P "$(nproc)" -n 20 zgrep -h -c ${fixed ? '-F' : '-E'} -e "$2" | awk '{ lines += $1 } END { print lines }'`;
  const startedMs = performance.now();
  const { stdout } = await promisify(execFile)('sh', ['-c', script, 'sh', objects, pattern], { timeout: TIMEOUT_MS });
  return { ms: performance.now() - startedMs, lines: Number(stdout) };
}

interface DuckConnection {
  run(sql: string): Promise<unknown>;
  runAndReadAll(sql: string): Promise<{ readonly currentRowCount: number }>;
  closeSync(): void;
}
interface DuckModule {
  readonly DuckDBInstance: { create(path: string): Promise<{ connect(): Promise<DuckConnection> }> };
}

/** The same records in a DuckDB table of one JSON column, when the package `@duckdb/node-api` is there. */
export class DuckDb {
  readonly note: string;
  readonly #connection: DuckConnection | undefined;

  private constructor(note: string, connection?: DuckConnection) {
    this.note = note;
    this.#connection = connection;
  }

  /** @param from a directory whose node_modules has the package, when this one's have not */
  static async open(root: string, objects: string, from: string = import.meta.dirname): Promise<DuckDb> {
    let module: DuckModule;
    try {
      module = createRequire(join(from, 'package.json'))('@duckdb/node-api') as DuckModule;
    } catch {
      return new DuckDb('DuckDB: the package @duckdb/node-api is not there; not compared (--duckdb DIRECTORY).');
    }
    const instance = await module.DuckDBInstance.create(join(root, 'records.duckdb'));
    const connection = await instance.connect();
    const startedMs = performance.now();
    await connection.run(
      `CREATE TABLE IF NOT EXISTS records AS SELECT json AS line FROM read_ndjson_objects('${objects}/*.json.gz')`,
    );
    await connection.run('CHECKPOINT');
    const seconds = ((performance.now() - startedMs) / 1000).toFixed(0);
    return new DuckDb(`DuckDB: the same records in a table with one JSON column, loaded in ${seconds} s.`, connection);
  }

  /** Median of warm runs, ms. */
  async run(sql: string, times: number): Promise<number | undefined> {
    if (!this.#connection) return undefined;
    const taken: number[] = [];
    for (let at = 0; at <= times; at += 1) {
      const startedMs = performance.now();
      await this.#connection.runAndReadAll(sql);
      taken.push(performance.now() - startedMs);
    }
    taken.shift();
    return taken.toSorted((a, b) => a - b)[taken.length >> 1];
  }

  async close(): Promise<void> {
    this.#connection?.closeSync();
  }
}
