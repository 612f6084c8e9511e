/**
 * Policies on log groups: those of an account and Region, by name, which speak of all its groups, and one of each group.
 * Held in memory, written through to the control state. (CloudWatch Logs API reference, PutResourcePolicy.)
 *
 * Table `log_resource_policies`: account, region, name (the group's ARN for a group's own), body (JSON of
 * {@link ResourcePolicy}).
 */
import type { Clock, IdSource } from '#base';
import { MalformedPolicy, parsePolicy, type PolicyDocument } from '#identity';
import type { State } from '#state';
import { ApiError } from '#wire';
import { invalidParameter, limitExceeded } from './errors.ts';
import type { Scope } from './types.ts';

/** Of one account and Region, besides those of single groups. (CloudWatch Logs quotas.) */
const ACCOUNT_POLICIES_MAX = 10;
const REVISION_DIGITS = 32;

export interface ResourcePolicy {
  /** Undefined for a group's own. */
  readonly name: string | undefined;
  /** The group's ARN, for its own. */
  readonly resourceArn: string | undefined;
  readonly document: string;
  readonly updatedMs: number;
  readonly revisionId: string;
}

export interface PutPolicy {
  readonly name: string | undefined;
  readonly resourceArn: string | undefined;
  readonly document: string;
  readonly expectedRevisionId: string | undefined;
}

interface Kept {
  readonly policy: ResourcePolicy;
  readonly parsed: PolicyDocument;
}

export class ResourcePolicies {
  readonly #state: State;
  readonly #clock: Clock;
  readonly #ids: IdSource;
  /** By scope, then by name or ARN. */
  readonly #policies = new Map<string, Map<string, Kept>>();

  private constructor(state: State, clock: Clock, ids: IdSource) {
    this.#state = state;
    this.#clock = clock;
    this.#ids = ids;
  }

  /** After the room's tables were made. */
  static async open(state: State, clock: Clock, ids: IdSource): Promise<ResourcePolicies> {
    const policies = new ResourcePolicies(state, clock, ids);
    for (const { account, region, name, body } of await state.all('SELECT * FROM log_resource_policies')) {
      const policy: ResourcePolicy = JSON.parse(String(body));
      const scope = { accountId: String(account), region: String(region) };
      policies.#of(scope).set(String(name), { policy, parsed: parsePolicy(policy.document, 'resource') });
    }
    return policies;
  }

  /** Those of the account by name, then those of groups by ARN. */
  list(scope: Scope): ResourcePolicy[] {
    return [...this.#of(scope)].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, { policy }]) => policy);
  }

  /** @throws {ApiError} InvalidParameterException, LimitExceededException, OperationAbortedException */
  async put(scope: Scope, { name, resourceArn, document, expectedRevisionId }: PutPolicy): Promise<ResourcePolicy> {
    const key = resourceArn ?? name ?? '';
    const parsed = parseDocument(document);
    const kept = this.#of(scope);
    const known = kept.get(key);
    checkRevision(known?.policy, expectedRevisionId);
    const named = [...kept.values()].filter(({ policy }) => policy.resourceArn === undefined).length;
    if (!known && resourceArn === undefined && named >= ACCOUNT_POLICIES_MAX) throw limitExceeded();
    const policy: ResourcePolicy = {
      name,
      resourceArn,
      document,
      updatedMs: this.#clock.nowMs(),
      revisionId: this.#ids.hex(REVISION_DIGITS),
    };
    await this.#state.transaction([
      {
        sql: `INSERT INTO log_resource_policies VALUES (?, ?, ?, ?)
          ON CONFLICT (account, region, name) DO UPDATE SET body = excluded.body`,
        parameters: [scope.accountId, scope.region, key, JSON.stringify(policy)],
      },
    ]);
    kept.set(key, { policy, parsed });
    return policy;
  }

  /** @throws {ApiError} ResourceNotFoundException, OperationAbortedException */
  async delete(scope: Scope, key: string, expectedRevisionId: string | undefined): Promise<void> {
    const kept = this.#of(scope).get(key);
    if (!kept) throw new ApiError('ResourceNotFoundException', `Policy with name [${key}] does not exist.`);
    checkRevision(kept.policy, expectedRevisionId);
    await this.#state.transaction([
      {
        sql: 'DELETE FROM log_resource_policies WHERE account = ? AND region = ? AND name = ?',
        parameters: [scope.accountId, scope.region, key],
      },
    ]);
    this.#of(scope).delete(key);
  }

  /** Removes the policy of a group that is deleted: its name may come to mean another. */
  async forget(scope: Scope, groupArn: string): Promise<void> {
    if (this.#of(scope).has(groupArn)) await this.delete(scope, groupArn, undefined);
  }

  /** What all of them say of a group together; undefined when nothing is said. */
  documentFor(scope: Scope, groupArn: string): PolicyDocument | undefined {
    const kept = this.#policies.get(keyOf(scope));
    if (!kept || kept.size === 0) return undefined;
    const statements = [...kept.values()]
      .filter(({ policy }) => policy.resourceArn === undefined || policy.resourceArn === groupArn)
      .flatMap(({ parsed }) => parsed.statements);
    return statements.length === 0 ? undefined : { version: '2012-10-17', id: undefined, statements };
  }

  #of(scope: Scope): Map<string, Kept> {
    const key = keyOf(scope);
    let kept = this.#policies.get(key);
    if (!kept) this.#policies.set(key, (kept = new Map()));
    return kept;
  }
}

function keyOf({ accountId, region }: Scope): string {
  return `${accountId}/${region}`;
}

function parseDocument(document: string): PolicyDocument {
  try {
    return parsePolicy(document, 'resource');
  } catch (error) {
    if (error instanceof MalformedPolicy) throw invalidParameter(`The policy document is invalid: ${error.message}`);
    throw error;
  }
}

/** Who names a revision wants to change that one and no other. */
function checkRevision(known: ResourcePolicy | undefined, expected: string | undefined): void {
  if (expected === undefined || known?.revisionId === expected) return;
  throw new ApiError('OperationAbortedException', 'The resource policy is not at the expected revision.');
}
