import { bug, OperationalError } from '#base';
import type { Account, Caller } from './types.ts';

/** The accounts of this server and their root keys. */
export class Accounts {
  readonly #byId = new Map<string, Account>();
  readonly #byAccessKeyId = new Map<string, Account>();

  /** @throws {OperationalError} `accounts-ambiguous` when two accounts share a number or an access key id */
  constructor(accounts: readonly Account[]) {
    for (const account of accounts) {
      if (this.#byId.has(account.id) || this.#byAccessKeyId.has(account.rootAccessKeyId)) {
        throw new OperationalError(
          'accounts-ambiguous',
          `account ${account.id} is configured twice, or shares its root access key id with another`,
          'Give each account under `accounts:` its own number and its own root access key.',
        );
      }
      this.#byId.set(account.id, account);
      this.#byAccessKeyId.set(account.rootAccessKeyId, account);
    }
    if (this.#byId.size === 0) bug('a server without an account');
  }

  has(accountId: string): boolean {
    return this.#byId.has(accountId);
  }

  byId(accountId: string): Account | undefined {
    return this.#byId.get(accountId);
  }

  byAccessKeyId(accessKeyId: string): Account | undefined {
    return this.#byAccessKeyId.get(accessKeyId);
  }
}

export function rootCaller(account: Account): Caller {
  return {
    kind: 'root',
    accountId: account.id,
    arn: `arn:aws:iam::${account.id}:root`,
    userId: account.id,
    accessKeyId: account.rootAccessKeyId,
  };
}
