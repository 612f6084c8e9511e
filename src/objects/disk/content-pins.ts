/**
 * Keeps the bytes of an object that is overwritten or deleted until its last reader has closed.
 *
 * A reader pins the content after it read the row and before it opens a file; removal marks the content first.
 * Both steps are synchronous, so a reader either pins in time and reads all of the old bytes, or is told that they
 * are going and looks the key up again.
 */
export class ContentPins {
  readonly #readers = new Map<string, number>();
  readonly #waiting = new Map<string, () => void>();
  readonly #removing = new Set<string>();

  /** @returns the function that unpins, or undefined when the content is being removed. */
  pin(content: string): (() => void) | undefined {
    if (this.#removing.has(content)) return undefined;
    this.#readers.set(content, (this.#readers.get(content) ?? 0) + 1);
    let pinned = true;
    return () => {
      if (!pinned) return;
      pinned = false;
      this.#unpin(content);
    };
  }

  /** Runs `remove` when nobody reads the content (any more). */
  removeWhenUnread(content: string, remove: () => Promise<void>): void {
    const start = (): void => {
      this.#removing.add(content);
      void remove().finally(() => this.#removing.delete(content));
    };
    if (this.#readers.has(content)) this.#waiting.set(content, start);
    else start();
  }

  #unpin(content: string): void {
    const left = (this.#readers.get(content) ?? 1) - 1;
    if (left > 0) {
      this.#readers.set(content, left);
      return;
    }
    this.#readers.delete(content);
    const start = this.#waiting.get(content);
    this.#waiting.delete(content);
    start?.();
  }
}
