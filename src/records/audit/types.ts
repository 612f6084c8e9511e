/**
 * An API call as CloudTrail tells it: what a journal entry carries, from which the record is rendered where it is needed.
 * (Source: CloudTrail User Guide, "CloudTrail record contents", version 1.11; specs: cloudtrail.md §1.)
 */

/** A value of JSON; what is absent is left out. */
export type AuditValue =
  | string
  | number
  | boolean
  | null
  | readonly AuditValue[]
  | { readonly [key: string]: AuditValue | undefined };
export type AuditMembers = Readonly<Record<string, AuditValue | undefined>>;

export type EventCategory = 'Management' | 'Data';

/** `userIdentity`, as it stands in the record: see `userIdentityOf` (`#audit`). */
export interface UserIdentity {
  readonly type:
    | 'Root'
    | 'IAMUser'
    | 'AssumedRole'
    | 'FederatedUser'
    | 'WebIdentityUser'
    | 'AWSAccount'
    | 'AWSService'
    | 'Unknown';
  readonly principalId?: string;
  readonly arn?: string;
  readonly accountId?: string;
  readonly accessKeyId?: string;
  readonly userName?: string;
  readonly sessionContext?: AuditMembers;
  readonly invokedBy?: string;
  readonly identityProvider?: string;
}

export interface AuditResource {
  /** Not there when the call names no single resource of the type, such as an inline agent. */
  readonly ARN?: string;
  /** Instead of `ARN` where the call is about all that begins so: the objects that ListObjects lists. */
  readonly ARNPrefix?: string;
  readonly accountId?: string;
  /** Such as `AWS::S3::Object`. */
  readonly type: string;
}

export interface TlsDetails {
  readonly tlsVersion?: string;
  readonly cipherSuite?: string;
  readonly clientProvidedHostHeader?: string;
}

/** What is known of an API call before it is carried out. */
export interface AuditBegin {
  /** A UUID: the event is one, however often it is delivered. */
  readonly eventId: string;
  readonly requestId: string;
  /** When the request came: milliseconds since the epoch. */
  readonly receivedMs: number;
  /** The account whose trails and history get the event (`recipientAccountId`). */
  readonly accountId: string;
  readonly region: string;
  /** Such as `bedrock.amazonaws.com`. */
  readonly eventSource: string;
  readonly eventName: string;
  readonly eventType: 'AwsApiCall' | 'AwsServiceEvent';
  readonly category: EventCategory;
  readonly readOnly: boolean;
  readonly identity: UserIdentity;
  readonly sourceIp: string;
  readonly userAgent: string;
  /** Already redacted (`#audit`, redaction); null when the call has none. */
  readonly requestParameters: AuditMembers | null;
  readonly resources?: readonly AuditResource[];
  readonly tls?: TlsDetails;
  /** The caller's credentials were made by the console. */
  readonly fromConsole?: true;
  /** Ties together the events that different accounts get of one call. */
  readonly sharedEventId?: string;
  readonly additional?: AuditMembers;
  /** The trails that selected the event when it happened, by their routes in the journal: at most five. */
  readonly routes: readonly string[];
}

/** What tells an event from those of calls that are alike: who asked for the same thing, from the same place. */
export type AuditIds = Pick<AuditBegin, 'eventId' | 'requestId' | 'receivedMs'>;
export type AuditCommon = Omit<AuditBegin, keyof AuditIds>;

/** How it ended. */
export interface AuditEnd {
  /** Milliseconds since the epoch. */
  readonly endedMs: number;
  /** As CloudTrail names it: `AccessDenied`, others as callers see them. */
  readonly errorCode?: string;
  readonly errorMessage?: string;
  /** Already redacted; null for what only reads and for what gives nothing back. */
  readonly responseElements: AuditMembers | null;
  /** Added to those of the begin. */
  readonly additional?: AuditMembers;
}

export interface AuditEvent extends AuditBegin, AuditEnd {}
