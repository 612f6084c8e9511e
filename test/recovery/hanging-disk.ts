/** The journal's file layer whose fdatasync hangs when told to, so that one can see who waits for it. */
import { type FileSystem, nodeFileSystem, type OpenFile } from '#journal';

export class HangingDisk implements FileSystem {
  #marker: Buffer | undefined;
  /** The file that the marker was written to. */
  #marked: string | undefined;
  /** fdatasync calls that hang, in the order in which they came. */
  #hanging: { readonly path: string; readonly release: () => void }[] = [];
  readonly #looks = new Set<() => void>();

  /** From now on fdatasync does not return, and the disk looks out for a write of the text. */
  hang(marker: string): void {
    this.#marker = Buffer.from(marker);
    this.#marked = undefined;
  }

  /** The text has been written, and an fdatasync of its file hangs. */
  hangsWithMarker(): boolean {
    return this.#hanging.some(({ path }) => path === this.#marked);
  }

  /** Lets the oldest fdatasync of the marker's file go on; later ones still hang. */
  releaseOne(): void {
    const oldest = this.#hanging.find(({ path }) => path === this.#marked);
    this.#hanging = this.#hanging.filter((each) => each !== oldest);
    oldest?.release();
  }

  /** The disk is well again. */
  mend(): void {
    this.#marker = undefined;
    for (const { release } of this.#hanging.splice(0)) release();
  }

  /** Resolves once that is so; looked at whenever something was written or hangs. */
  until(isSo: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (!isSo()) return;
        this.#looks.delete(look);
        resolve();
      };
      this.#looks.add(look);
      look();
    });
  }

  async open(path: string, flags: 'r' | 'r+' | 'wx' | 'wx+' | 'w'): Promise<OpenFile> {
    const file = await nodeFileSystem.open(path, flags);
    const written = (buffers: readonly Uint8Array[]): void => {
      if (this.#marker && Buffer.concat(buffers).includes(this.#marker)) this.#marked = path;
      this.#look();
    };
    return {
      write: async (buffers, position) => {
        await file.write(buffers, position);
        written(buffers);
      },
      writeNow: (buffers, position) => {
        file.writeNow?.(buffers, position);
        written(buffers);
      },
      datasync: async () => {
        if (this.#marker) await this.#hang(path);
        await file.datasync();
      },
      read: (buffer, position) => file.read(buffer, position),
      truncate: (sizeBytes) => file.truncate(sizeBytes),
      close: () => file.close(),
    };
  }

  #hang(path: string): Promise<void> {
    return new Promise((release) => {
      this.#hanging.push({ path, release });
      this.#look();
    });
  }

  #look(): void {
    for (const look of this.#looks) look();
  }

  readonly readFile = nodeFileSystem.readFile;
  readonly sizeBytes = nodeFileSystem.sizeBytes;
  readonly list = nodeFileSystem.list;
  readonly makeDirectory = nodeFileSystem.makeDirectory;
  readonly remove = nodeFileSystem.remove;
  readonly rename = nodeFileSystem.rename;
  readonly syncDirectory = nodeFileSystem.syncDirectory;
  readonly freeBytes = nodeFileSystem.freeBytes;
}
