/** Everything IAM keeps, of all accounts, and the parsed form of its policies. */
import { type IdSource, Semaphore } from '#base';
import type { State } from '#state';
import { type AttachedPolicy } from '../authorization/types.ts';
import { awsManagedPolicies, awsManagedPolicy, awsManagedPolicyByArn } from '../aws-managed/index.ts';
import { parsePolicy, type PolicyDocument } from '../policy/index.ts';
import { Attachments } from './attachments.ts';
import type {
  AccessKey,
  ApiKeyCredential,
  Entity,
  Group,
  ManagedPolicy,
  OidcProvider,
  PolicyHolder,
  Role,
  User,
} from './entities.ts';
import { policyArn, roleArn, userArn } from './entities.ts';
import { EntityIndex } from './entity-index.ts';
import { Registry, type RegistryOptions } from './registry.ts';

const MIGRATIONS = [
  // Of the first release; its rows move into the next table.
  `CREATE TABLE roles (
    account_id TEXT NOT NULL,
    name_key TEXT NOT NULL,
    id TEXT NOT NULL UNIQUE,
    body TEXT NOT NULL,
    PRIMARY KEY (account_id, name_key)
  ) STRICT`,
  `CREATE TABLE identity_entities (
    kind TEXT NOT NULL,
    account_id TEXT NOT NULL,
    name_key TEXT NOT NULL,
    id TEXT NOT NULL UNIQUE,
    body TEXT NOT NULL,
    PRIMARY KEY (kind, account_id, name_key)
  ) STRICT`,
  `INSERT INTO identity_entities
    SELECT 'role', account_id, name_key, id, json_set(body, '$.attachedPolicyArns', json('[]')) FROM roles`,
  `DROP TABLE roles`,
] as const;

/** Quotas of one account: AWS's, but of users, of which AWS allows 5,000. (IAM User Guide, "IAM and AWS STS quotas".) */
export const USERS_MAX = 20_000;
export const GROUPS_MAX = 300;
export const ROLES_MAX = 1_000;
export const MANAGED_POLICIES_MAX = 1_500;
export const OIDC_PROVIDERS_MAX = 100;
export const TAGS_MAX = 50;
export const GROUPS_PER_USER_MAX = 10;
export const ACCESS_KEYS_PER_USER_MAX = 2;
/** Of one user for one service. */
export const API_KEYS_PER_USER_MAX = 2;
/** Not a quota of AWS's: two keys a user and two API keys a user are; these bound what one account can make. */
const KEYS_MAX = 2 * USERS_MAX;

/** Of users, roles and the sessions of roles. */
const PRINCIPAL_ARN = /^arn:aws:(?:iam|sts)::(\d{12}):(user|role|assumed-role)\/(.+)$/;

export class Directory {
  readonly users: Registry<User>;
  readonly groups: Registry<Group>;
  readonly roles: Registry<Role>;
  readonly policies: Registry<ManagedPolicy>;
  readonly accessKeys: Registry<AccessKey>;
  readonly apiKeys: Registry<ApiKeyCredential>;
  readonly oidcProviders: Registry<OidcProvider>;
  /** Who uses which managed policy. */
  readonly attachments = new Attachments();
  readonly #usersByGroup: EntityIndex<User>;
  readonly #accessKeysByUser: EntityIndex<AccessKey>;
  readonly #apiKeysByUser: EntityIndex<ApiKeyCredential>;
  readonly #apiKeysByAlias: EntityIndex<ApiKeyCredential>;
  /** Parsed inline documents by their holder; a change makes a new holder. */
  readonly #inline = new WeakMap<PolicyHolder, readonly AttachedPolicy[]>();
  readonly #managed = new WeakMap<ManagedPolicy, AttachedPolicy>();
  readonly #trust = new WeakMap<Role, PolicyDocument>();

  private constructor(options: RegistryOptions) {
    const of = <T extends Entity>(kind: string, idPrefix: string, perAccountMax: number, idChars = 17): Registry<T> =>
      new Registry<T>({ kind, idPrefix, idChars, perAccountMax }, options);
    this.users = of('user', 'AIDA', USERS_MAX);
    this.groups = of('group', 'AGPA', GROUPS_MAX);
    this.roles = of('role', 'AROA', ROLES_MAX);
    this.policies = of('policy', 'ANPA', MANAGED_POLICIES_MAX);
    this.accessKeys = of('access-key', 'AKIA', KEYS_MAX, 16);
    this.apiKeys = of('api-key', 'ACCA', KEYS_MAX);
    this.oidcProviders = of('oidc-provider', 'OIDC', OIDC_PROVIDERS_MAX);
    this.#usersByGroup = new EntityIndex(this.users, ({ groupIds }) => groupIds);
    this.#accessKeysByUser = new EntityIndex(this.accessKeys, ({ userId }) => [userId]);
    this.#apiKeysByUser = new EntityIndex(this.apiKeys, ({ userId }) => [userId]);
    this.#apiKeysByAlias = new EntityIndex(this.apiKeys, ({ alias }) => [alias]);
    this.attachments.follow('user', this.users);
    this.attachments.follow('group', this.groups);
    this.attachments.follow('role', this.roles);
  }

  static async open(state: State, ids: IdSource): Promise<Directory> {
    await state.migrate('identity', MIGRATIONS);
    const directory = new Directory({ state, ids, changing: new Semaphore(1) });
    const byKind: Readonly<Record<string, { load(entity: never): void }>> = {
      user: directory.users,
      group: directory.groups,
      role: directory.roles,
      policy: directory.policies,
      'access-key': directory.accessKeys,
      'api-key': directory.apiKeys,
      'oidc-provider': directory.oidcProviders,
    };
    for (const { kind, body } of await state.all('SELECT kind, body FROM identity_entities')) {
      byKind[String(kind)]?.load(JSON.parse(String(body)) as never);
    }
    return directory;
  }

  /** The role of an ARN: exact in path and in case, which names alone are not. */
  roleByArn(arn: string): Role | undefined {
    const role = this.roles.get(...ownerAndName(arn));
    return role && roleArn(role) === arn ? role : undefined;
  }

  /** The account's own managed policy of an ARN; AWS's are not among them. */
  policyByArn(arn: string): ManagedPolicy | undefined {
    const policy = this.policies.get(...ownerAndName(arn));
    return policy && policyArn(policy) === arn ? policy : undefined;
  }

  /** A managed policy that the account can attach: its own, or one of AWS's. */
  attachablePolicy(accountId: string, arn: string): ManagedPolicy | undefined {
    const own = this.policyByArn(arn);
    return own?.accountId === accountId ? own : awsManagedPolicyByArn(arn);
  }

  /** All managed policies of AWS's that are known. */
  awsManagedPolicies(): readonly ManagedPolicy[] {
    return awsManagedPolicies();
  }

  /** In the order of their names; the list changes with the directory. */
  usersOfGroup(groupId: string): readonly User[] {
    return this.#usersByGroup.of(groupId);
  }

  accessKeysOfUser(userId: string): readonly AccessKey[] {
    return this.#accessKeysByUser.of(userId);
  }

  apiKeysOfUser(userId: string): readonly ApiKeyCredential[] {
    return this.#apiKeysByUser.of(userId);
  }

  /** By the readable part of the key, which is one key's only. */
  apiKeyByAlias(alias: string): ApiKeyCredential | undefined {
    return this.#apiKeysByAlias.of(alias)[0];
  }

  /**
   * The user or role that the ARN of a Principal element names, exact in case; for the ARN of a role's session that role.
   */
  principalByArn(arn: string): User | Role | undefined {
    const [, accountId = '', kind = '', path = ''] = PRINCIPAL_ARN.exec(arn) ?? [];
    const name = kind === 'assumed-role' ? path.slice(0, path.indexOf('/')) : path.slice(path.lastIndexOf('/') + 1);
    const found = kind === 'user' ? this.users.get(accountId, name) : this.roles.get(accountId, name);
    return found && this.#principalArn(found.id, arn) === arn ? found : undefined;
  }

  /**
   * What a role's trust policy says today: a user or role that it names is the very one that was there when it was put, also
   * where that has another name now; it is nobody once that is deleted, whoever has its name then. (IAM User Guide, "Principal".)
   */
  trustPolicyOf(role: Role): PolicyDocument {
    let document = this.#trust.get(role);
    if (!document) this.#trust.set(role, (document = parsePolicy(role.trustPolicy, 'trust')));
    const moved = new Map<string, string>();
    for (const [arn, id] of Object.entries(role.trustedIds ?? {})) {
      const today = this.#principalArn(id, arn) ?? id;
      if (today !== arn) moved.set(arn, today);
    }
    return moved.size === 0 ? document : withPrincipals(document, moved);
  }

  /** The ARN of a user or role, in the form of another ARN: of itself, or of a session of it. */
  #principalArn(id: string, form: string): string | undefined {
    const user = this.users.byId(id);
    if (user) return userArn(user);
    const role = this.roles.byId(id);
    if (!role) return undefined;
    const [, , kind, path = ''] = PRINCIPAL_ARN.exec(form) ?? [];
    if (kind !== 'assumed-role') return roleArn(role);
    return `arn:aws:sts::${role.accountId}:assumed-role/${role.name}${path.slice(path.indexOf('/'))}`;
  }

  /** Inline and attached policies of a user, group or role. An attached policy that is gone says nothing. */
  policiesOf(holder: PolicyHolder): readonly AttachedPolicy[] {
    if (holder.attachedPolicyArns.length === 0) return this.#inlineOf(holder);
    return [...this.#inlineOf(holder), ...this.managedPolicies(holder.attachedPolicyArns)];
  }

  /** The default versions of managed policies, AWS's own included. */
  managedPolicies(arns: readonly string[]): AttachedPolicy[] {
    return arns.flatMap((arn) => this.managedPolicy(arn) ?? []);
  }

  /** The default version of a managed policy, AWS's own included. */
  managedPolicy(arn: string): AttachedPolicy | undefined {
    const own = this.policyByArn(arn);
    if (!own) return awsManagedPolicy(arn);
    let parsed = this.#managed.get(own);
    if (!parsed) {
      const text = own.versions.find(({ id }) => id === own.defaultVersionId)?.document ?? '';
      parsed = { name: arn, document: parsePolicy(text, 'identity') };
      this.#managed.set(own, parsed);
    }
    return parsed;
  }

  #inlineOf(holder: PolicyHolder): readonly AttachedPolicy[] {
    let policies = this.#inline.get(holder);
    if (!policies) {
      policies = Object.entries(holder.inlinePolicies).map(([name, text]) => ({
        name,
        document: parsePolicy(text, 'identity'),
      }));
      this.#inline.set(holder, policies);
    }
    return policies;
  }
}

/** Principals by other names. */
function withPrincipals(document: PolicyDocument, names: ReadonlyMap<string, string>): PolicyDocument {
  const statements = document.statements.map((statement) => {
    const { principals } = statement;
    if (!principals) return statement;
    return { ...statement, principals: { ...principals, aws: principals.aws.map((arn) => names.get(arn) ?? arn) } };
  });
  return { ...document, statements };
}

/** Account and name in an IAM ARN. */
function ownerAndName(arn: string): [accountId: string, name: string] {
  return [arn.split(':', 5)[4] ?? '', arn.slice(arn.lastIndexOf('/') + 1)];
}
