/** What IAM keeps: things with a name, a path and an id, per account. All immutable: a change makes a new object. */

export interface Tag {
  readonly key: string;
  readonly value: string;
}

export interface Entity {
  /** `AIDA…`, `AGPA…`, `AROA…`, `ANPA…`, `AKIA…`: another one when the name is deleted and made again. */
  readonly id: string;
  readonly accountId: string;
  readonly name: string;
  /** Begins and ends with a slash. */
  readonly path: string;
  readonly createdAtMs: number;
}

/** What policies can be put into and attached to. */
export interface PolicyHolder {
  /** The documents' text as they were put, by policy name. */
  readonly inlinePolicies: Readonly<Record<string, string>>;
  /** ARNs of managed policies, of the account or AWS's own, in the order they were attached. */
  readonly attachedPolicyArns: readonly string[];
}

export interface User extends Entity, PolicyHolder {
  readonly boundaryArn: string | undefined;
  /** Ids of the groups the user is in. */
  readonly groupIds: readonly string[];
  readonly tags: readonly Tag[];
}

export interface Group extends Entity, PolicyHolder {}

export interface Role extends Entity, PolicyHolder {
  readonly description: string | undefined;
  readonly maxSessionSeconds: number;
  /** The document's text as it was put. */
  readonly trustPolicy: string;
  /**
   * Ids of the users and roles that the trust policy names, by the ARN there, as they were when it was put: their names may
   * be others' by now. Absent in roles of earlier versions.
   */
  readonly trustedIds?: Readonly<Record<string, string>>;
  readonly boundaryArn: string | undefined;
  readonly tags: readonly Tag[];
}

export interface PolicyVersion {
  /** `v1`, `v2`, …: a number is never given twice. */
  readonly id: string;
  readonly document: string;
  readonly createdAtMs: number;
}

export interface ManagedPolicy extends Entity {
  readonly description: string | undefined;
  /** One to five, in the order they were made. */
  readonly versions: readonly PolicyVersion[];
  readonly defaultVersionId: string;
  /** The number of the newest version ever made. */
  readonly versionsMade: number;
  readonly updatedAtMs: number;
  readonly tags: readonly Tag[];
}

/** `id` and `name` are the access key id, `path` is `/`. */
export interface AccessKey extends Entity {
  readonly userId: string;
  readonly active: boolean;
  /** The secret, sealed under the server key (`secret-box.ts`); never in the clear on disk. */
  readonly sealedSecret: string;
}

/** A Bedrock API key (service-specific credential). `id` (`ACCA…`) and `name` are the credential's id, `path` is `/`. */
export interface ApiKeyCredential extends Entity {
  readonly userId: string;
  readonly active: boolean;
  /** `BedrockAPIKey-…-at-ACCOUNT`: the readable part of the key. */
  readonly alias: string;
  /** Undefined: never. */
  readonly expiresAtMs: number | undefined;
  /** SHA-256 of the whole key, hex: the key itself is told once and kept nowhere. */
  readonly keySha256Hex: string;
}

/** `name` is the issuer's URL without its scheme, `path` is `/`. */
export interface OidcProvider extends Entity {
  /** The issuer: exactly what tokens have as `iss`. */
  readonly url: string;
  readonly clientIds: readonly string[];
  readonly thumbprints: readonly string[];
  readonly tags: readonly Tag[];
}

export function userArn(user: Entity): string {
  return `arn:aws:iam::${user.accountId}:user${user.path}${user.name}`;
}
export function groupArn(group: Entity): string {
  return `arn:aws:iam::${group.accountId}:group${group.path}${group.name}`;
}
export function roleArn(role: Entity): string {
  return `arn:aws:iam::${role.accountId}:role${role.path}${role.name}`;
}
export function policyArn(policy: Entity): string {
  return `arn:aws:iam::${policy.accountId}:policy${policy.path}${policy.name}`;
}
export function oidcProviderArn(provider: Entity): string {
  return `arn:aws:iam::${provider.accountId}:oidc-provider/${provider.name}`;
}
