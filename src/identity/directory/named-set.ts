import type { Entity } from './entities.ts';

/** Things of distinct names, to be found by name without regard to case, and in the order of their names. */
export class NamedSet<T extends Entity> {
  readonly #byKey = new Map<string, T>();
  /** Made when it is first asked for, then kept in order: loading ten thousand sorts once, a change moves one. */
  #ordered: T[] | undefined;

  get size(): number {
    return this.#byKey.size;
  }

  get(name: string): T | undefined {
    return this.#byKey.get(name.toLowerCase());
  }

  /** By name, in order of UTF-16 units. The list changes with the set: copy what shall outlive the moment. */
  get ordered(): readonly T[] {
    this.#ordered ??= [...this.#byKey.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
    return this.#ordered;
  }

  add(entity: T): void {
    this.#byKey.set(entity.name.toLowerCase(), entity);
    this.#ordered?.splice(this.#placeOf(entity.name), 0, entity);
  }

  delete(entity: T): void {
    this.#byKey.delete(entity.name.toLowerCase());
    if (this.#ordered?.[this.#placeOf(entity.name)]?.id === entity.id) {
      this.#ordered.splice(this.#placeOf(entity.name), 1);
    } else {
      this.#ordered = undefined;
    }
  }

  /** Where the name stands in the order, or would. */
  #placeOf(name: string): number {
    const ordered = this.#ordered ?? [];
    let low = 0;
    let high = ordered.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((ordered[middle]?.name ?? '') < name) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
