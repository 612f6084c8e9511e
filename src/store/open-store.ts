/** Makes a store: embedded (libchdb in a child process), or a ClickHouse server or cluster by URL. */
import { IndexWords } from './index-words.ts';
import { KnownOthers } from './known-others.ts';
import { type Clock, type IdSource, OperationalError, randomIds, systemClock } from '#base';
import { StoreClient } from './client.ts';
import { ClickHouseStore, type StoreTools } from './clickhouse-store.ts';
import { EmbeddedServer } from './embedded/embedded-server.ts';
import type { StoreEvents } from './events.ts';
import type { SchemaVariant } from './tables/definitions.ts';
import type { Store } from './types.ts';

export interface EmbeddedStoreOptions {
  readonly mode: 'embedded';
  /** The store's own directory, made with mode 0700 when missing. */
  readonly dataDir: string;
  /** The engine's memory cap, bytes; default: 35 % of what the machine or container has, at least 1.5 GB. */
  readonly memoryBytesMax?: number;
}

export interface UrlStoreOptions {
  readonly mode: 'url';
  /** `http(s)://[user[:password]@]host[:port]`. */
  readonly url: string;
  readonly username?: string;
  readonly password?: string;
  /** Tables as ReplicatedMergeTree. */
  readonly replicated?: boolean;
  /** Run definitions ON CLUSTER of this name. */
  readonly cluster?: string;
}

export interface OpenStoreDeps {
  readonly clock?: Clock;
  readonly ids?: IdSource;
  readonly onEvent?: StoreEvents;
}

/** Does nothing yet: `start()` does. @throws {OperationalError} `store-config` when the URL is none */
export function openStore(options: EmbeddedStoreOptions | UrlStoreOptions, deps: OpenStoreDeps = {}): Store {
  const tools: StoreTools = {
    clock: deps.clock ?? systemClock,
    ids: deps.ids ?? randomIds,
    onEvent: deps.onEvent ?? (() => undefined),
  };
  return options.mode === 'embedded' ? openEmbedded(options, tools) : openByUrl(options, tools);
}

function openEmbedded(options: EmbeddedStoreOptions, tools: StoreTools): Store {
  const server = new EmbeddedServer(options, tools.onEvent);
  const client = new StoreClient(server.endpoint);
  const store = new ClickHouseStore(client, server, { replicated: false }, tools, {
    others: new KnownOthers(),
    words: new IndexWords(client),
  });
  server.notify(store.connection);
  return store;
}

function openByUrl(options: UrlStoreOptions, tools: StoreTools): Store {
  const endpoint = readUrl(options);
  const variant: SchemaVariant = {
    replicated: options.replicated ?? false,
    ...(options.cluster === undefined ? {} : { cluster: options.cluster }),
  };
  const nobody = {
    failure: undefined,
    start: async () => undefined,
    syncDefinitions: async () => undefined,
    stop: async () => undefined,
  };
  return new ClickHouseStore(new StoreClient(endpoint), nobody, variant, tools);
}

/** Takes user and password out of the URL, where the client would read a path as a database. */
function readUrl(options: UrlStoreOptions): { url: string; username?: string; password?: string } {
  if (!URL.canParse(options.url) || !/^https?:/.test(options.url)) {
    const remedy = 'Write it as http://host:8123 or https://user:password@host:8443.';
    throw new OperationalError('store-config', 'the store URL is no http or https URL', remedy);
  }
  const url = new URL(options.url);
  const username = options.username ?? decodeURIComponent(url.username);
  const password = options.password ?? decodeURIComponent(url.password);
  return { url: url.origin, ...(username === '' ? {} : { username }), ...(password === '' ? {} : { password }) };
}
