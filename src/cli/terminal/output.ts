/** Where a command's results go: stdout, or stderr for what is said beside them. */
import { once } from 'node:events';
import type { WriteStream } from 'node:tty';

type Colour = 'dim' | 'bold' | 'red' | 'cyan';
const CODES: Readonly<Record<Colour, number>> = { bold: 1, dim: 2, red: 31, cyan: 36 };

export class Output {
  readonly #stream: NodeJS.WriteStream;
  /** Whoever read the pipe has gone (`… | head`). */
  #closed = false;
  readonly #onClosed: () => void;

  /** @param onClosed told once when nobody reads any more; writing is without effect from then on */
  constructor(stream: NodeJS.WriteStream, onClosed: () => void = () => undefined) {
    this.#stream = stream;
    this.#onClosed = onClosed;
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      this.#close();
    });
  }

  get closed(): boolean {
    return this.#closed;
  }

  get terminal(): boolean {
    return this.#stream.isTTY;
  }

  /** Cells of a line: the terminal's; elsewhere what COLUMNS says, or undefined for no limit. */
  get columns(): number | undefined {
    const { columns } = this.#stream as Partial<WriteStream>;
    if (this.terminal && columns) return columns;
    const told = Number(process.env['COLUMNS']);
    return Number.isInteger(told) && told > 0 ? told : undefined;
  }

  /** Resolves when there is room for more. */
  async write(text: string): Promise<void> {
    if (this.#closed || text === '' || this.#stream.write(text)) return;
    // Rejects when the stream fails, which the listener above sees to.
    await once(this.#stream, 'drain').catch(() => undefined);
  }

  /** In colour on a terminal, unless NO_COLOR is set. (no-color.org) */
  coloured(colour: Colour, text: string): string {
    const wanted = this.terminal && !process.env['NO_COLOR'] && process.env['TERM'] !== 'dumb';
    return wanted ? `\x1b[${CODES[colour]}m${text}\x1b[0m` : text;
  }

  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#onClosed();
  }
}
