import { Transform, type TransformCallback } from 'node:stream';
import type { Digester, Digests } from '../digester.ts';

/**
 * Passes a body on and holds its last chunk back until the digests of all of it were found good: a body that does not
 * verify is never sent whole, so no object comes of it: it does not end, and who sends it is told.
 */
export class CheckedBody extends Transform {
  readonly #digester: Digester;
  readonly #refused: (error: unknown) => void;
  readonly #verify: (digests: Digests) => void;
  #held: Buffer | undefined;

  constructor(digester: Digester, refused: (error: unknown) => void, verify: (digests: Digests) => void) {
    super();
    this.#refused = refused;
    this.#digester = digester;
    this.#verify = verify;
  }

  override _transform(chunk: Buffer, _encoding: string, done: TransformCallback): void {
    this.#digester.update(chunk);
    const before = this.#held;
    this.#held = chunk;
    done(null, before);
  }

  override _flush(done: TransformCallback): void {
    void this.#finish(done);
  }

  async #finish(done: TransformCallback): Promise<void> {
    try {
      this.#verify(await this.#digester.finish());
    } catch (error) {
      this.#refused(error);
      return;
    }
    done(null, this.#held);
  }
}
