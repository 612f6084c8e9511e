/**
 * The roles of all accounts: held in memory, written through to the control state before a change is told.
 *
 * Table `roles`, one row a role: account_id, name_key (the name in lower case: IAM keeps names apart without
 * regard to case), id, body (JSON of {@link Role}).
 */
import { Semaphore } from '#base';
import type { IdSource } from '#base';
import type { SqlStatement, State } from '#state';
import { parsePolicy, type PolicyDocument } from './policy/index.ts';

const MIGRATIONS = [
  `CREATE TABLE roles (
    account_id TEXT NOT NULL,
    name_key TEXT NOT NULL,
    id TEXT NOT NULL UNIQUE,
    body TEXT NOT NULL,
    PRIMARY KEY (account_id, name_key)
  ) STRICT`,
] as const;

/** AWS's quotas. (IAM User Guide, "IAM and AWS STS quotas".) */
export const TRUST_POLICY_CHARS_MAX = 2_048;
export const INLINE_POLICIES_CHARS_MAX = 10_240;
export const TAGS_MAX = 50;
export const ROLES_MAX = 1_000;

export interface Role {
  /** `AROA…`: another one when the name is deleted and made again. */
  readonly id: string;
  readonly accountId: string;
  readonly name: string;
  /** Begins and ends with a slash. */
  readonly path: string;
  readonly description: string | undefined;
  readonly maxSessionSeconds: number;
  readonly createdAtMs: number;
  /** The documents' text as they were put. */
  readonly trustPolicy: string;
  readonly inlinePolicies: Readonly<Record<string, string>>;
  readonly tags: readonly RoleTag[];
}
export interface RoleTag {
  readonly key: string;
  readonly value: string;
}

/** Why a change was refused; the service words it. */
export class RoleRefusal extends Error {
  override readonly name = 'RoleRefusal';
  readonly reason: 'no-such-role' | 'role-exists' | 'role-limit';

  constructor(reason: 'no-such-role' | 'role-exists' | 'role-limit') {
    super(reason);
    this.reason = reason;
  }
}

export function roleArn(role: Role): string {
  return `arn:aws:iam::${role.accountId}:role${role.path}${role.name}`;
}

/** White space does not count towards IAM's policy sizes. */
export function policySize(document: string): number {
  return document.replaceAll(/\s/g, '').length;
}

export class Roles {
  readonly #state: State;
  readonly #ids: IdSource;
  /** By account and lower-case name. */
  readonly #roles = new Map<string, Map<string, Role>>();
  readonly #byId = new Map<string, Role>();
  /** Changes one after the other: each is made from what the one before has left. */
  readonly #changing = new Semaphore(1);
  /** Parsed documents by their text; texts are few and change rarely. */
  readonly #parsed = new WeakMap<Role, { trust: PolicyDocument; inline: readonly PolicyDocument[] }>();

  private constructor(state: State, ids: IdSource) {
    this.#state = state;
    this.#ids = ids;
  }

  static async open(state: State, ids: IdSource): Promise<Roles> {
    await state.migrate('identity', MIGRATIONS);
    const roles = new Roles(state, ids);
    for (const row of await state.all('SELECT body FROM roles')) {
      const role: Role = JSON.parse(String(row['body']));
      roles.#keep(role);
    }
    return roles;
  }

  get(accountId: string, name: string): Role | undefined {
    return this.#roles.get(accountId)?.get(name.toLowerCase());
  }

  byId(id: string): Role | undefined {
    return this.#byId.get(id);
  }

  byArn(arn: string): Role | undefined {
    const [, accountId = '', path = '', name = ''] = /^arn:aws:iam::(\d{12}):role(\/(?:.*\/)?)([^/]+)$/.exec(arn) ?? [];
    const role = this.get(accountId, name);
    // ARNs are exact in path and in case, names are not.
    return role?.path === path && role.name === name ? role : undefined;
  }

  /** The account's roles under a path prefix, by name. */
  list(accountId: string, pathPrefix = '/'): Role[] {
    return [...(this.#roles.get(accountId)?.values() ?? [])]
      .filter((role) => role.path.startsWith(pathPrefix))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  trustPolicyOf(role: Role): PolicyDocument {
    return this.#documentsOf(role).trust;
  }

  inlinePoliciesOf(role: Role): readonly PolicyDocument[] {
    return this.#documentsOf(role).inline;
  }

  /** @throws {RoleRefusal} `role-exists`, `role-limit` */
  create(role: Omit<Role, 'id'>): Promise<Role> {
    return this.#changing.with(1, async () => {
      if (this.get(role.accountId, role.name)) throw new RoleRefusal('role-exists');
      if ((this.#roles.get(role.accountId)?.size ?? 0) >= ROLES_MAX) throw new RoleRefusal('role-limit');
      const created: Role = { ...role, id: `AROA${this.#ids.base32(17)}` };
      await this.#state.transaction([writing(created)]);
      this.#keep(created);
      return created;
    });
  }

  /**
   * Replaces a role by what `change` makes of it; `change` may throw to refuse.
   * @throws {RoleRefusal} `no-such-role`
   */
  update(accountId: string, name: string, change: (role: Role) => Role): Promise<Role> {
    return this.#changing.with(1, async () => {
      const role = this.get(accountId, name);
      if (!role) throw new RoleRefusal('no-such-role');
      const changed = change(role);
      await this.#state.transaction([writing(changed)]);
      this.#keep(changed);
      return changed;
    });
  }

  /**
   * Deletes a role; `check` may throw to refuse.
   * @throws {RoleRefusal} `no-such-role`
   */
  delete(accountId: string, name: string, check: (role: Role) => void): Promise<void> {
    return this.#changing.with(1, async () => {
      const role = this.get(accountId, name);
      if (!role) throw new RoleRefusal('no-such-role');
      check(role);
      await this.#state.transaction([{ sql: 'DELETE FROM roles WHERE id = ?', parameters: [role.id] }]);
      this.#roles.get(accountId)?.delete(role.name.toLowerCase());
      this.#byId.delete(role.id);
    });
  }

  #keep(role: Role): void {
    let account = this.#roles.get(role.accountId);
    if (!account) this.#roles.set(role.accountId, (account = new Map()));
    account.set(role.name.toLowerCase(), role);
    this.#byId.set(role.id, role);
  }

  #documentsOf(role: Role): { trust: PolicyDocument; inline: readonly PolicyDocument[] } {
    let documents = this.#parsed.get(role);
    if (!documents) {
      documents = {
        trust: parsePolicy(role.trustPolicy, 'trust'),
        inline: Object.values(role.inlinePolicies).map((text) => parsePolicy(text, 'identity')),
      };
      this.#parsed.set(role, documents);
    }
    return documents;
  }
}

function writing(role: Role): SqlStatement {
  return {
    sql: 'INSERT INTO roles (account_id, name_key, id, body) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET body = excluded.body',
    parameters: [role.accountId, role.name.toLowerCase(), role.id, JSON.stringify(role)],
  };
}
