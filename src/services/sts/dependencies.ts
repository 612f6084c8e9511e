import type { Identity } from '#identity';

export interface StsDependencies {
  readonly identity: Pick<Identity, 'directory' | 'accounts' | 'issueSession'>;
}
