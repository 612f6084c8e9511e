/**
 * All things of one kind, of all accounts: held in memory, written through to the control state before a change is told.
 *
 * Table `identity_entities`, one row a thing: kind, account_id, name_key (the name in lower case: IAM keeps names apart
 * without regard to case), id, body (JSON of the entity).
 */
import { bug, type IdSource, type Semaphore } from '#base';
import type { SqlStatement, State } from '#state';
import type { Entity } from './entities.ts';
import { NamedSet } from './named-set.ts';

/** Why a change was refused; the service words it. */
export type RefusalReason = 'no-such-entity' | 'exists' | 'limit';

export class DirectoryRefusal extends Error {
  override readonly name = 'DirectoryRefusal';
  readonly reason: RefusalReason;
  readonly kind: string;

  constructor(reason: RefusalReason, kind: string) {
    super(`${kind}: ${reason}`);
    this.reason = reason;
    this.kind = kind;
  }
}

export interface RegistryKind {
  /** Told in refusals and kept in the table: `user`, `role`, … */
  readonly kind: string;
  /** Such as `AIDA`. */
  readonly idPrefix: string;
  /** Characters after the prefix. */
  readonly idChars: number;
  /** Of one account, at most. */
  readonly perAccountMax: number;
}

export interface RegistryOptions {
  readonly state: State;
  readonly ids: IdSource;
  /** One permit, shared by all kinds: changes happen one after the other, so that a check across kinds holds. */
  readonly changing: Semaphore;
}

export class Registry<T extends Entity> {
  readonly #kind: RegistryKind;
  readonly #options: RegistryOptions;
  readonly #byAccount = new Map<string, NamedSet<T>>();
  readonly #byId = new Map<string, T>();
  readonly #listeners: ((before: T | undefined, after: T | undefined) => void)[] = [];

  constructor(kind: RegistryKind, options: RegistryOptions) {
    this.#kind = kind;
    this.#options = options;
  }

  /** Takes a thing from the table, at start. */
  load(entity: T): void {
    this.#replace(undefined, entity);
  }

  /** Told of every thing that comes, changes (then both are given) or goes, those of the start included. */
  onChange(listener: (before: T | undefined, after: T | undefined) => void): void {
    this.#listeners.push(listener);
  }

  get(accountId: string, name: string): T | undefined {
    return this.#byAccount.get(accountId)?.get(name);
  }

  byId(id: string): T | undefined {
    return this.#byId.get(id);
  }

  /** The account's things under a path prefix, in the order of their names; without a prefix the list changes with the registry. */
  list(accountId: string, pathPrefix = '/'): readonly T[] {
    const all = this.#byAccount.get(accountId)?.ordered ?? [];
    return pathPrefix === '/' ? all : all.filter((entity) => entity.path.startsWith(pathPrefix));
  }

  count(accountId: string): number {
    return this.#byAccount.get(accountId)?.size ?? 0;
  }

  /**
   * `make` gets the new id; what it throws refuses.
   * @throws {DirectoryRefusal} `exists`, `limit`
   */
  create(accountId: string, make: (id: string) => T): Promise<T> {
    return this.#options.changing.with(1, async () => {
      const { kind, idPrefix, idChars, perAccountMax } = this.#kind;
      const entity = make(`${idPrefix}${this.#options.ids.base32(idChars)}`);
      if (entity.accountId !== accountId) bug('an entity made for another account');
      if (this.get(accountId, entity.name)) throw new DirectoryRefusal('exists', kind);
      if (this.count(accountId) >= perAccountMax) throw new DirectoryRefusal('limit', kind);
      await this.#options.state.transaction([this.#writing(entity)]);
      this.#replace(undefined, entity);
      return entity;
    });
  }

  /**
   * Replaces a thing by what `change` makes of it; `change` may throw to refuse, and may give it another name.
   * @throws {DirectoryRefusal} `no-such-entity`, `exists` (the new name is taken)
   */
  update(accountId: string, name: string, change: (entity: T) => T): Promise<T> {
    return this.#options.changing.with(1, async () => {
      const before = this.get(accountId, name);
      if (!before) throw new DirectoryRefusal('no-such-entity', this.#kind.kind);
      const after = change(before);
      if (after.id !== before.id || after.accountId !== accountId) bug('a change that makes another thing');
      const sameName = after.name.toLowerCase() === before.name.toLowerCase();
      if (!sameName && this.get(accountId, after.name)) throw new DirectoryRefusal('exists', this.#kind.kind);
      await this.#options.state.transaction([this.#writing(after)]);
      this.#replace(before, after);
      return after;
    });
  }

  /**
   * Deletes a thing; `check` may throw to refuse.
   * @throws {DirectoryRefusal} `no-such-entity`
   */
  delete(accountId: string, name: string, check: (entity: T) => void = () => undefined): Promise<void> {
    return this.#options.changing.with(1, async () => {
      const entity = this.get(accountId, name);
      if (!entity) throw new DirectoryRefusal('no-such-entity', this.#kind.kind);
      check(entity);
      await this.#options.state.transaction([
        { sql: 'DELETE FROM identity_entities WHERE id = ?', parameters: [entity.id] },
      ]);
      this.#replace(entity, undefined);
    });
  }

  #writing(entity: T): SqlStatement {
    return {
      sql: `INSERT INTO identity_entities (kind, account_id, name_key, id, body) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (id) DO UPDATE SET name_key = excluded.name_key, body = excluded.body`,
      parameters: [this.#kind.kind, entity.accountId, entity.name.toLowerCase(), entity.id, JSON.stringify(entity)],
    };
  }

  #replace(before: T | undefined, after: T | undefined): void {
    if (before) {
      this.#byAccount.get(before.accountId)?.delete(before);
      this.#byId.delete(before.id);
    }
    if (after) {
      let account = this.#byAccount.get(after.accountId);
      if (!account) this.#byAccount.set(after.accountId, (account = new NamedSet()));
      account.add(after);
      this.#byId.set(after.id, after);
    }
    for (const listener of this.#listeners) listener(before, after);
  }
}
