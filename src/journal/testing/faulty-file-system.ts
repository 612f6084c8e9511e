/** A file layer for tests: the real one, whose calls can be noted, made to fail, or held. */
import { type FileSystem, nodeFileSystem, type OpenFile } from '../file-system.ts';

export interface FileCall {
  readonly name: 'open' | 'write' | 'datasync' | 'truncate' | 'remove' | 'syncDirectory';
  readonly path: string;
  readonly bytes: number;
  /** The event loop waits for it: it cannot be held. */
  readonly now?: true;
}

export class FaultyFileSystem implements FileSystem {
  readonly calls: FileCall[] = [];
  readonly #inner: FileSystem;
  /** Called before each call: throwing (or rejecting) makes it fail, a pending promise holds it. */
  before: (call: FileCall) => Promise<void> | void = () => undefined;
  /** Called when a write has been done: throwing makes the call fail although its bytes are in the file. */
  after: (call: FileCall) => void = () => undefined;
  free = Number.MAX_SAFE_INTEGER;
  /** Whether files that are opened let the event loop write; `before` must then not wait. */
  writesNow = false;
  /** Reads that have ended. */
  reads = 0;
  /** Whether reads that begin now never end. */
  readsHang = false;

  constructor(inner: FileSystem = nodeFileSystem) {
    this.#inner = inner;
  }

  async note(call: FileCall): Promise<void> {
    await this.before(call);
    this.calls.push(call);
  }

  async open(path: string, flags: 'r' | 'r+' | 'wx' | 'wx+' | 'w'): Promise<OpenFile> {
    await this.note({ name: 'open', path, bytes: 0 });
    const file = await this.#inner.open(path, flags);
    const note = (name: FileCall['name'], bytes = 0): Promise<void> => this.note({ name, path, bytes });
    return {
      write: async (buffers, position) => {
        const bytes = buffers.reduce((sum, buffer) => sum + buffer.length, 0);
        await note('write', bytes);
        await file.write(buffers, position);
        this.after({ name: 'write', path, bytes });
      },
      ...(this.writesNow && {
        writeNow: (buffers: readonly Uint8Array[], position: number) => {
          const bytes = buffers.reduce((sum, buffer) => sum + buffer.length, 0);
          const call = { name: 'write', path, bytes, now: true } as const;
          void this.before(call);
          this.calls.push(call);
          file.writeNow?.(buffers, position);
          this.after(call);
        },
      }),
      read: async (buffer, position) => {
        if (this.readsHang) return new Promise<never>(() => undefined);
        const got = await file.read(buffer, position);
        this.reads += 1;
        return got;
      },
      datasync: async () => {
        await note('datasync');
        return file.datasync();
      },
      truncate: async (sizeBytes) => {
        await note('truncate', sizeBytes);
        return file.truncate(sizeBytes);
      },
      close: () => file.close(),
    };
  }

  async remove(path: string): Promise<void> {
    await this.note({ name: 'remove', path, bytes: 0 });
    return this.#inner.remove(path);
  }
  async syncDirectory(path: string): Promise<void> {
    await this.note({ name: 'syncDirectory', path, bytes: 0 });
    return this.#inner.syncDirectory(path);
  }
  async freeBytes(): Promise<number> {
    return this.free;
  }
  readFile = (path: string): Promise<Buffer> => this.#inner.readFile(path);
  sizeBytes = (path: string): Promise<number> => this.#inner.sizeBytes(path);
  list = (directory: string): Promise<string[]> => this.#inner.list(directory);
  makeDirectory = (path: string): Promise<void> => this.#inner.makeDirectory(path);
  rename = (from: string, to: string): Promise<void> => this.#inner.rename(from, to);
}

export function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: made by the test`), { code });
}

/** A promise and the function that settles it. */
export function gate(): { readonly opened: Promise<void>; open(): void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { opened: promise, open: resolve };
}
