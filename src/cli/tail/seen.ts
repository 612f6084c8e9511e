/** Which events were given already, so that reads may overlap. */
import type { FilteredLogEvent } from '@aws-sdk/client-cloudwatch-logs';

/** Ids that are kept, about 150 bytes each. */
const IDS_MAX = 500_000;

export class Seen {
  /** Ingestion times by event id, the first seen first. */
  readonly #ids = new Map<string, number>();
  readonly #idsMax: number;
  /** What was ingested before has been read. Milliseconds, the server's clock. */
  #horizonMs = -Infinity;
  #newestMs = -Infinity;
  #overflowed = false;

  constructor(idsMax = IDS_MAX) {
    this.#idsMax = idsMax;
  }

  /** The newest ingestion that was seen. Milliseconds, the server's clock. */
  get newestIngestionMs(): number {
    return this.#newestMs;
  }

  /** More events came at a time than ids are kept: some may be given twice, none is lost. */
  get overflowed(): boolean {
    return this.#overflowed;
  }

  get size(): number {
    return this.#ids.size;
  }

  /**
   * Whether the event is new.
   * @param keep whether a later read may meet it again
   */
  add({ eventId = '', ingestionTime = 0 }: FilteredLogEvent, keep: boolean): boolean {
    if (ingestionTime < this.#horizonMs || this.#ids.has(eventId)) return false;
    this.#newestMs = Math.max(this.#newestMs, ingestionTime);
    if (!keep) return true;
    this.#ids.set(eventId, ingestionTime);
    if (this.#ids.size > this.#idsMax) {
      this.#overflowed = true;
      for (const oldest of this.#ids.keys()) {
        this.#ids.delete(oldest);
        break;
      }
    }
    return true;
  }

  /** Everything that was ingested before has been given: ids of that time need not be kept. */
  settle(horizonMs: number): void {
    if (horizonMs <= this.#horizonMs) return;
    this.#horizonMs = horizonMs;
    for (const [id, ingestionMs] of this.#ids) if (ingestionMs < horizonMs) this.#ids.delete(id);
  }
}
