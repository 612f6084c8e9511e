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
}

/** Opens and starts an embedded store in a temporary directory; disposing closes it and removes the directory. */
export async function openTempStore(
  options: { clock?: Clock; ids?: IdSource; memoryBytesMax?: number } = {},
): Promise<TempStore> {
  const dataDir = await mkdtemp(join(tmpdir(), 'varve-store-'));
  const events: StoreEvent[] = [];
  const { memoryBytesMax, ...deps } = options;
  const embedded = { mode: 'embedded', dataDir, ...(memoryBytesMax === undefined ? {} : { memoryBytesMax }) } as const;
  const store = openStore(embedded, { ...deps, onEvent: (event) => events.push(event) });
  const dispose = async (): Promise<void> => {
    await store.close();
    await rm(dataDir, { recursive: true, force: true });
  };
  try {
    await store.start();
  } catch (error) {
    await dispose();
    throw error;
  }
  return { store, dataDir, events, [Symbol.asyncDispose]: dispose };
}
