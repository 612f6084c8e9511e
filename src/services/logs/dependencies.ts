import type { LogGroups } from '#log-groups';
import type { LookupTables, Queries, QueryDefinitions } from '#queries';
import type { Store } from '#store';

export interface LogsDependencies {
  readonly logGroups: LogGroups;
  readonly queries: Queries;
  readonly queryDefinitions: QueryDefinitions;
  readonly lookupTables: LookupTables;
  /** For what is asked of single events and of the fields of a group. */
  readonly store: Pick<Store, 'readLogEvent' | 'logEventFields'>;
}
