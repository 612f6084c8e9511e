/**
 * Who a managed policy is attached to, and whose boundary it is: kept with every change, so that counting costs nothing,
 * however many users there are. AWS's own policies are counted for each account.
 */
import type { Entity, PolicyHolder } from './entities.ts';
import type { Registry } from './registry.ts';

type Holder = Entity & PolicyHolder & { readonly boundaryArn?: string | undefined };

export type HolderKind = 'user' | 'group' | 'role';
/** `policy`: it grants. `boundary`: it bounds. */
export type PolicyUsage = 'policy' | 'boundary';

const KINDS: readonly HolderKind[] = ['user', 'group', 'role'];

export class Attachments {
  /** Ids of holders by `usage kind account arn`. */
  readonly #holders = new Map<string, Set<string>>();

  /** Follows a registry; it must still be empty. */
  follow<T extends Holder>(kind: HolderKind, registry: Registry<T>): void {
    registry.onChange((before, after) => {
      if (before?.attachedPolicyArns === after?.attachedPolicyArns && before?.boundaryArn === after?.boundaryArn)
        return;
      for (const key of before ? keysOf(kind, before) : []) this.#remove(key, before?.id);
      for (const key of after ? keysOf(kind, after) : []) this.#add(key, after?.id);
    });
  }

  /** How many of the account's users, groups and roles use the policy. */
  count(usage: PolicyUsage, accountId: string, arn: string): number {
    return KINDS.reduce((sum, kind) => sum + this.ids(usage, kind, accountId, arn).size, 0);
  }

  /** Ids of the account's users, groups or roles that use the policy. */
  ids(usage: PolicyUsage, kind: HolderKind, accountId: string, arn: string): ReadonlySet<string> {
    return this.#holders.get(keyOf(usage, kind, accountId, arn)) ?? NOBODY;
  }

  #add(key: string, id = ''): void {
    let holders = this.#holders.get(key);
    if (!holders) this.#holders.set(key, (holders = new Set()));
    holders.add(id);
  }

  #remove(key: string, id = ''): void {
    const holders = this.#holders.get(key);
    holders?.delete(id);
    if (holders?.size === 0) this.#holders.delete(key);
  }
}

const NOBODY: ReadonlySet<string> = new Set();

function keysOf(kind: HolderKind, { accountId, attachedPolicyArns, boundaryArn }: Holder): string[] {
  const keys = attachedPolicyArns.map((arn) => keyOf('policy', kind, accountId, arn));
  return boundaryArn === undefined ? keys : [...keys, keyOf('boundary', kind, accountId, boundaryArn)];
}

function keyOf(usage: PolicyUsage, kind: HolderKind, accountId: string, arn: string): string {
  return `${usage} ${kind} ${accountId} ${arn}`;
}
