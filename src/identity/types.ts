/** Who signed a request. */
export interface Caller {
  readonly kind: 'root' | 'assumed-role' | 'api-key' | 'service';
  /** 12 digits. */
  readonly accountId: string;
  /** As in AWS's records: `arn:aws:iam::ACCOUNT:root`, `arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION`, … */
  readonly arn: string;
  /** What GetCallerIdentity gives as UserId: the account's number for root, `AROA…:SESSION` for a role. */
  readonly userId: string;
  readonly accessKeyId: string;
  /** For sessions of a role: the role behind them, as CloudTrail's `sessionIssuer` tells it. */
  readonly role?: CallerRole;
}

export interface CallerRole {
  /** `AROA…`: a role that is deleted and made again has another. */
  readonly id: string;
  readonly name: string;
  /** `arn:aws:iam::ACCOUNT:role/PATH/NAME` */
  readonly arn: string;
  /** When the session began, milliseconds since the epoch. */
  readonly issuedAtMs: number;
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
