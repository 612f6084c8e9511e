import type { Tag } from './directory/entities.ts';

/** Who signed a request, or whose token it brings. */
export interface Caller {
  /** `web-identity`: who brings an OpenID Connect token, whom nothing but a role's trust policy can allow anything. */
  readonly kind: 'root' | 'user' | 'assumed-role' | 'federated-user' | 'web-identity' | 'anonymous';
  /** 12 digits. */
  readonly accountId: string;
  /**
   * As in AWS's records: `arn:aws:iam::ACCOUNT:root`, `arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION`, …; of a web identity
   * its provider's.
   */
  readonly arn: string;
  /** What GetCallerIdentity gives as UserId: the account's number for root, `AIDA…` for a user, `AROA…:SESSION` for a role. */
  readonly userId: string;
  /** For Bedrock API keys their readable part, `BedrockAPIKey-…-at-ACCOUNT`. */
  readonly accessKeyId: string;
  /** The user who asks, or the one behind a session of GetSessionToken or GetFederationToken. */
  readonly user?: CallerUser;
  /** For sessions of a role: the role behind them, as CloudTrail's `sessionIssuer` tells it. */
  readonly role?: CallerRole;
  /** For temporary credentials. */
  readonly session?: CallerSession;
  /** Of a web identity: what its token says. */
  readonly webIdentity?: CallerSession['webIdentity'];
  /** Set when a Bedrock API key was used instead of a signature, as `bedrock:BearerTokenType` tells it. */
  readonly bearer?: 'LONG_TERM' | 'SHORT_TERM';
}

export interface CallerUser {
  /** `AIDA…` */
  readonly id: string;
  readonly name: string;
  /** `arn:aws:iam::ACCOUNT:user/PATH/NAME` */
  readonly arn: string;
}

export interface CallerRole {
  /** `AROA…`: a role that is deleted and made again has another. */
  readonly id: string;
  readonly name: string;
  /** `arn:aws:iam::ACCOUNT:role/PATH/NAME` */
  readonly arn: string;
}

export interface CallerSession {
  /** The role session's or the federated user's name; empty for GetSessionToken. */
  readonly name: string;
  /** Milliseconds since the epoch. */
  readonly issuedAtMs: number;
  readonly expiresAtMs: number;
  /** The text of the inline session policy. */
  readonly policy: string | undefined;
  /** Managed session policies. */
  readonly policyArns: readonly string[];
  readonly tags: readonly Tag[];
  readonly transitiveTagKeys: readonly string[];
  readonly sourceIdentity: string | undefined;
  /** Made by the console for whoever signed in there. */
  readonly fromConsole?: true;
  /** For AssumeRoleWithWebIdentity: the issuer without `https://`, and the token's `sub` and `aud`. */
  readonly webIdentity?: { readonly issuer: string; readonly subject: string; readonly audience: string };
}

/** An account of this server and its root key, from the configuration. */
export interface Account {
  readonly id: string;
  readonly rootAccessKeyId: string;
  readonly rootSecretAccessKey: string;
}

/** Temporary credentials, as STS gives them out. */
export interface SessionCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiresAtMs: number;
}
