/** A store on a real engine in a directory of its own, for tests. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock, IdSource } from '#base';
import { openStore, type Store, type StoreEvent } from '#store';

export interface TempStore extends AsyncDisposable {
  readonly store: Store;
  readonly dataDir: string;
  /** Everything the store has told so far. */
  readonly events: StoreEvent[];
  /** The process id of the engine that runs now. */
  readonly enginePid: number;
  /** Resolves with the next event of that name. */
  next<Name extends StoreEvent['name']>(name: Name): Promise<Extract<StoreEvent, { name: Name }>>;
}

/**
 * Opens and starts an embedded store in a temporary directory; disposing closes it and removes the directory.
 * @param options.directoryName the name of the directory inside the temporary one
 */
export async function openTempStore(
  options: { clock?: Clock; ids?: IdSource; memoryBytesMax?: number; directoryName?: string } = {},
): Promise<TempStore> {
  const { memoryBytesMax, directoryName, ...deps } = options;
  const parent = await mkdtemp(join(tmpdir(), 'varve-store-'));
  const dataDir = join(parent, directoryName ?? 'store');
  const events: StoreEvent[] = [];
  const waiting = new Set<(event: StoreEvent) => void>();
  const onEvent = (event: StoreEvent): void => {
    events.push(event);
    for (const heard of waiting) heard(event);
  };
  const embedded = { mode: 'embedded', dataDir, ...(memoryBytesMax === undefined ? {} : { memoryBytesMax }) } as const;
  const store = openStore(embedded, { ...deps, onEvent });
  const dispose = async (): Promise<void> => {
    await store.close();
    await rm(parent, { recursive: true, force: true });
  };
  try {
    await store.start();
  } catch (error) {
    await dispose();
    throw error;
  }
  const next: TempStore['next'] = (name) =>
    new Promise((resolve) => {
      const heard = (event: StoreEvent): void => {
        if (event.name !== name) return;
        waiting.delete(heard);
        resolve(event as Parameters<typeof resolve>[0]);
      };
      waiting.add(heard);
    });
  return {
    store,
    dataDir,
    events,
    next,
    get enginePid() {
      return events.findLast((event) => event.name === 'store.started')?.pid ?? 0;
    },
    [Symbol.asyncDispose]: dispose,
  };
}
