/** The times that valid digests tell of: spans of time, joined where they touch. */
export class ToldTimes {
  readonly #spans: { fromMs: number; toMs: number }[] = [];

  /** Spans come in about the order of their ends. */
  add(fromMs: number, toMs: number): void {
    let joined = { fromMs, toMs };
    for (let at = this.#spans.length - 1; at >= 0; at -= 1) {
      const span = this.#spans[at];
      if (!span || span.toMs < joined.fromMs) break;
      if (span.fromMs > joined.toMs) continue;
      joined = { fromMs: Math.min(span.fromMs, joined.fromMs), toMs: Math.max(span.toMs, joined.toMs) };
      this.#spans.splice(at, 1);
    }
    this.#spans.push(joined);
    this.#spans.sort((a, b) => a.toMs - b.toMs);
  }

  /** Whether one span holds it all. */
  holds(fromMs: number, toMs: number): boolean {
    return this.#spans.some((span) => span.fromMs <= fromMs && toMs <= span.toMs);
  }

  get lastMs(): number | undefined {
    return this.#spans.at(-1)?.toMs;
  }

  get firstMs(): number | undefined {
    return this.#spans.reduce<number | undefined>((least, { fromMs }) => Math.min(least ?? fromMs, fromMs), undefined);
  }
}
