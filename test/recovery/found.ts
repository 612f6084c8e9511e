/** What is there after all kills: the records in the bucket, in the log group and in the store, and the log events. */
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { Agent } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { ClickHouseLogLevel, createClient } from '@clickhouse/client';
import { Semaphore } from '#base';
import { StoreProcess } from '../../src/store/embedded/store-process.ts';
import type { Clients } from '../harness.ts';
import { BUCKET, GROUP } from '../logging.ts';
import { getObject, linesInGroup, listKeys } from '../records.ts';
import { EVENTS_GROUP } from './load.ts';

const GETS_AT_ONCE = 8;
const STORE_MEMORY_BYTES = 1_500_000_000;

export interface Found {
  /** Lines as they stand, in any order: of the batch objects … */
  readonly bucket: readonly string[];
  /** … and of the log group. */
  readonly group: readonly string[];
  /** Messages of the application's own log events. */
  readonly events: readonly string[];
  /** Keys of data objects, without what is in them. */
  readonly dataKeys: ReadonlySet<string>;
}

export interface StoredInvocation {
  readonly requestId: string;
  readonly rawSha256: string;
}

/** @param groups those that there are */
export async function findEverything(
  clients: Clients,
  groups: readonly string[] = [GROUP, EVENTS_GROUP],
): Promise<Found> {
  const keys = (await listKeys(clients, BUCKET)).filter((key) => !key.endsWith('permission-check'));
  const slots = new Semaphore(GETS_AT_ONCE);
  const batches = keys.filter((key) => !key.includes('/data/'));
  const lines = await Promise.all(batches.map((key) => slots.with(1, () => linesOf(clients, key))));
  return {
    bucket: lines.flat(),
    group: await linesInGroup(clients, GROUP),
    events: groups.includes(EVENTS_GROUP) ? await linesInGroup(clients, EVENTS_GROUP) : [],
    dataKeys: new Set(keys.filter((key) => key.includes('/data/'))),
  };
}

async function linesOf(clients: Clients, key: string): Promise<string[]> {
  const text = gunzipSync(await getObject(clients, BUCKET, key)).toString();
  return text.split('\n').filter((line) => line !== '');
}

/** The store's rows, read from its engine while no server runs. */
export async function findStored(dataDir: string): Promise<StoredInvocation[]> {
  const place = await mkdtemp(join(tmpdir(), 'varve-engine-'));
  const socketPath = join(place, 'engine.sock');
  const token = 'a-token-for-tests';
  const engine = new StoreProcess();
  const agent = new Agent({ keepAlive: true, socketPath } as ConstructorParameters<typeof Agent>[0]);
  const client = createClient({
    url: 'http://engine',
    http_agent: agent,
    username: 'varve',
    password: token,
    log: { level: ClickHouseLogLevel.OFF },
  });
  try {
    const directory = join(dataDir, 'store', 'engine');
    await engine.open({ type: 'open', directory, socketPath, token, memoryBytesMax: STORE_MEMORY_BYTES });
    const query = 'SELECT request_id AS requestId, lower(hex(SHA256(raw))) AS rawSha256 FROM varve.invocations';
    return await (await client.query({ query, format: 'JSONEachRow' })).json<StoredInvocation>();
  } finally {
    await client.close();
    agent.destroy();
    await engine.stop();
    await rm(place, { recursive: true, force: true });
  }
}

export function sha256Of(line: string): string {
  return createHash('sha256').update(line).digest('hex');
}
