import type { Identity } from '#identity';

export interface StsDependencies {
  readonly identity: Pick<Identity, 'roles' | 'accounts' | 'issueSession'>;
}
