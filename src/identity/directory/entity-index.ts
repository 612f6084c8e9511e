import type { Entity } from './entities.ts';
import { NamedSet } from './named-set.ts';
import type { Registry } from './registry.ts';

/** Finds the things of a registry by something else than their names: the keys of a user, the users of a group. */
export class EntityIndex<T extends Entity> {
  readonly #byKey = new Map<string, NamedSet<T>>();

  /** @param keysOf what a thing shall be found by; things of one key have distinct names */
  constructor(registry: Registry<T>, keysOf: (entity: T) => readonly string[]) {
    registry.onChange((before, after) => {
      if (before) for (const key of keysOf(before)) this.#delete(key, before);
      if (after) for (const key of keysOf(after)) this.#add(key, after);
    });
  }

  /** In the order of their names; the list changes with the registry. */
  of(key: string): readonly T[] {
    return this.#byKey.get(key)?.ordered ?? [];
  }

  #add(key: string, entity: T): void {
    let set = this.#byKey.get(key);
    if (!set) this.#byKey.set(key, (set = new NamedSet()));
    set.add(entity);
  }

  #delete(key: string, entity: T): void {
    const set = this.#byKey.get(key);
    set?.delete(entity);
    if (set?.size === 0) this.#byKey.delete(key);
  }
}
