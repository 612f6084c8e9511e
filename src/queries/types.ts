import type { QueryLanguage } from '#insights';

export type QueryStatus = 'Scheduled' | 'Running' | 'Complete' | 'Failed' | 'Cancelled' | 'Timeout';
export type { QueryLanguage };

/** An account in a Region. */
export interface QueryScope {
  readonly accountId: string;
  readonly region: string;
}

/** What a query must know of a log group; those of `#log-groups` have this form. */
export interface QueriedGroup extends QueryScope {
  readonly generation: string;
  readonly name: string;
  readonly createdMs: number;
  /** Undefined: events are kept for ever. */
  readonly retentionDays: number | undefined;
  readonly groupClass: string;
  readonly tags: Readonly<Record<string, string>>;
}

export interface LogGroupsPort {
  find(scope: QueryScope, name: string): QueriedGroup | undefined;
  list(scope: QueryScope): readonly QueriedGroup[];
  byGeneration(generation: string): QueriedGroup | undefined;
  /** Resolves when all that was put into the group can be read. @throws {ApiError} ServiceUnavailableException */
  readable(group: QueriedGroup): Promise<void>;
}

export interface StartQuery extends QueryScope {
  readonly text: string;
  readonly language: QueryLanguage;
  /** The groups that the request names; none when the query says SOURCE. */
  readonly groups: readonly QueriedGroup[];
  /** Both inclusive, milliseconds. */
  readonly startMs: number;
  readonly endMs: number;
  readonly limit: number | undefined;
  /** Throws unless the caller may query the group: asked for groups that SOURCE names. */
  readonly check: (group: QueriedGroup) => void;
}

export interface QueryStatistics {
  readonly recordsMatched: number;
  readonly recordsScanned: number;
  readonly bytesScanned: number;
  readonly logGroupsScanned: number;
}

/** A query as it stands. */
export interface QueryView {
  readonly id: string;
  readonly text: string;
  readonly language: QueryLanguage;
  readonly status: QueryStatus;
  readonly createdMs: number;
  readonly endedMs: number | undefined;
  readonly groups: readonly QueriedGroup[];
  readonly startMs: number;
  readonly endMs: number;
  readonly columns: readonly string[];
  /** A missing value is null. While the query runs, those found so far. */
  readonly rows: readonly (readonly (string | null)[])[];
  readonly statistics: QueryStatistics;
  /** For Failed and Timeout: why, and what to do. */
  readonly failure: string | undefined;
}

/** Why a query was not begun. */
export class QueryRefused extends Error {
  override readonly name = 'QueryRefused';
  readonly reason:
    | 'too-many'
    | 'no-groups'
    | 'no-such-group'
    | 'no-such-query'
    | 'not-running'
    | 'before-the-groups'
    | 'too-many-groups'
    /** Groups both in the request and in SOURCE. */
    | 'two-sources';
  /** The group that is not there. */
  readonly groupName: string;

  constructor(reason: QueryRefused['reason'], groupName = '') {
    super(reason);
    this.reason = reason;
    this.groupName = groupName;
  }
}
