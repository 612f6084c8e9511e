import type { LogGroups } from '#log-groups';

export interface LogsDependencies {
  readonly logGroups: LogGroups;
}
