/** The embedded store's process and facade alone, with the official client: for tests of the traps of libchdb. */
import { mkdtemp, rm } from 'node:fs/promises';
import { Agent, type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { type ClickHouseClient, ClickHouseLogLevel, createClient } from '@clickhouse/client';
import { StoreClient } from '../../src/store/client.ts';
import { BodyFiles, SPOOL_FOLDER } from '../../src/store/embedded/body-files.ts';
import { StoreProcess } from '../../src/store/embedded/store-process.ts';

export interface TempEngine extends AsyncDisposable {
  readonly client: ClickHouseClient;
  /** As the store itself speaks to its engine. */
  readonly storeClient: StoreClient;
  readonly process: StoreProcess;
  readonly socketPath: string;
  readonly token: string;
  /** Sends a request as raw as can be. */
  send(options: {
    query: string;
    body?: string | Buffer;
    password?: string;
  }): Promise<{ status: number; text: string }>;
}

export async function openTempEngine(options: { memoryBytesMax?: number } = {}): Promise<TempEngine> {
  const directory = await mkdtemp(join(tmpdir(), 'varve-engine-'));
  const socketPath = join(directory, 'engine.sock');
  const token = 'a-token-for-tests';
  const process = new StoreProcess();
  const memoryBytesMax = options.memoryBytesMax ?? 1_500_000_000;
  await process.open({ type: 'open', directory: join(directory, 'engine'), socketPath, token, memoryBytesMax });
  // The client's options of an agent lack the path of a socket, which Node's agents take.
  const agent = new Agent({ keepAlive: true, socketPath } as ConstructorParameters<typeof Agent>[0]);
  const client = createClient({
    url: 'http://engine',
    http_agent: agent,
    username: 'varve',
    password: token,
    log: { level: ClickHouseLogLevel.OFF },
  });
  const bodyFiles = new BodyFiles(join(directory, 'engine', SPOOL_FOLDER));
  const storeClient = new StoreClient({
    url: 'http://engine',
    socketPath,
    username: 'varve',
    password: token,
    bodyFiles,
  });
  return {
    client,
    storeClient,
    process,
    socketPath,
    token,
    send: async ({ query, body, password }) => {
      const path = body === undefined ? '/' : `/?query=${encodeURIComponent(query)}`;
      const answer = await new Promise<IncomingMessage>((resolve, reject) => {
        const sent = request({ socketPath, path, method: 'POST', auth: `varve:${password ?? token}` }, resolve);
        sent.once('error', reject);
        sent.end(body ?? query);
      });
      return { status: answer.statusCode ?? 0, text: await text(answer) };
    },
    [Symbol.asyncDispose]: async () => {
      await client.close();
      await storeClient.close();
      agent.destroy();
      await process.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
