/**
 * What CloudTrail tells of an operation: data that stands beside the operation table of each service (`audit.ts`), as what a
 * caller needs does. Every operation of a service has a rule, also one that Varve lacks; a test says so.
 * (Sources: the "Logging … API calls with CloudTrail" page of each service; specs: cloudtrail.md, bedrock-operations.md.)
 */
import type { AuditMembers, AuditResource } from '#records';

/**
 * Which members of an input or output are shown.
 *   `all`    what the model has, but for members that it marks sensitive (HIDDEN_DUE_TO_SECURITY_REASONS), blobs and streams
 *   `none`   nothing: `requestParameters` or `responseElements` is null
 *   a list   only these paths of members (`a.b`, lists are passed through); those with a `!` behind are there, but HIDDEN
 */
export type Shown = 'all' | 'none' | readonly string[];

/** Where a call is made: what resources' ARNs need. */
export interface AuditScope {
  readonly accountId: string;
  readonly region: string;
}

export interface AuditRule {
  /** `none`: AWS records no event of it at all. */
  readonly category: 'Management' | 'Data' | 'none';
  /** What AWS says of it; a call that only reads can have a `response` all the same (AssumeRole). */
  readonly readOnly: boolean;
  readonly request: Shown;
  readonly response: Shown;
  /** Codes of errors whose messages quote what is hidden: the event has HIDDEN in their place. */
  readonly hiddenMessages?: readonly string[];
  /** Default: the operation's name. */
  readonly eventName?: string;
  /** Default: the service's (`AuditTable.eventSource`). */
  readonly eventSource?: string;
  /** Further events that the same call has: a prompt that it renders. */
  readonly also?: (input: never) => readonly AuditRule[];
  readonly resources?: (input: never, scope: AuditScope) => readonly AuditResource[];
  /**
   * All that the event tells of an input, as one text; undefined: it tells more. Events of calls that are alike in it, and in
   * who makes them from where, are described once.
   */
  readonly alike?: (input: never) => string | undefined;
  /** `requestParameters` where the members' own shapes do not do, from the shown members. */
  readonly shapeRequest?: (shown: AuditMembers, input: never) => AuditMembers | null;
  readonly shapeResponse?: (shown: AuditMembers, output: never) => AuditMembers | null;
}

export interface AuditTable<Names extends string = string> {
  /** Such as `bedrock.amazonaws.com`. */
  readonly eventSource: string;
  /** How times are written: `2026-11-21T09:30:00Z`, or `Nov 21, 2026, 9:30:00 AM` as older services do. */
  readonly times: 'iso' | 'us';
  /** `awsRegion` of every event of the service, wherever it was called: IAM is one service for all Regions. */
  readonly region?: 'us-east-1';
  readonly operations: Readonly<Record<Names, AuditRule>>;
}
