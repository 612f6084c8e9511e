import type { LogEvent } from '#records';

/** An account in a Region: names of groups are unique inside of one. */
export interface Scope {
  /** 12 digits. */
  readonly accountId: string;
  readonly region: string;
}

export type LogGroupClass = 'STANDARD' | 'INFREQUENT_ACCESS' | 'DELIVERY' | 'ESSENTIALS';

export interface LogGroup extends Scope {
  /** Names this group and no other, also when its name is used again after a deletion. */
  readonly generation: string;
  readonly name: string;
  readonly createdMs: number;
  /** Events older than this are not given any more; undefined: kept for ever. */
  readonly retentionDays: number | undefined;
  readonly groupClass: LogGroupClass;
  readonly deletionProtection: boolean;
  /** The ARN of the KMS key that the group is associated with: kept and told, nothing is encrypted with it. */
  readonly kmsKeyId: string | undefined;
  readonly tags: Readonly<Record<string, string>>;
}

export interface LogStream {
  readonly name: string;
  readonly createdMs: number;
}

/** An event as it is read back. */
export interface StoredEvent extends LogEvent {
  readonly streamName: string;
  readonly ingestionMs: number;
  /** Decimal digits; the same event always has the same. */
  readonly eventId: string;
}

/** How many events at the ends of a batch were not taken; the two `…EndIndex` are exclusive (PutLogEvents). */
export interface RejectedEvents {
  readonly tooNewLogEventStartIndex?: number;
  readonly tooOldLogEventEndIndex?: number;
  readonly expiredLogEventEndIndex?: number;
}

/** Who writes when a service delivers logs: the role it takes, and what its principal carries. */
export interface ServiceWriter {
  readonly roleArn: string;
  readonly servicePrincipal: string;
  readonly sourceAccount: string;
  readonly sourceArn: string;
}

/**
 * Whether the role is there, trusts the service in the name of the source account and ARN, and allows every action on
 * the resource. Filled by the composition root from `#identity`.
 */
export type RoleAllows = (
  roleArn: string,
  request: Omit<ServiceWriter, 'roleArn'>,
  actions: readonly string[],
  resource: string,
) => boolean | Promise<boolean>;

/** Why a service's events were not taken: its role may not (any more), or the group is gone. */
export class LogWriteRefused extends Error {
  override readonly name = 'LogWriteRefused';
  readonly kind: 'denied' | 'gone';
  constructor(kind: LogWriteRefused['kind'], message: string) {
    super(message);
    this.kind = kind;
  }
}

export function groupArn({ accountId, region }: Scope, name: string): string {
  return `arn:aws:logs:${region}:${accountId}:log-group:${name}`;
}

export function streamArn(scope: Scope, groupName: string, streamName: string): string {
  return `${groupArn(scope, groupName)}:log-stream:${streamName}`;
}
