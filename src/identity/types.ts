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
}
