import type { Clock } from '#base';
import type { Identity } from '#identity';

export interface IamDependencies {
  readonly identity: Pick<Identity, 'directory' | 'accounts' | 'sealSecret' | 'newApiKey' | 'lastKeyUse'>;
  readonly clock: Clock;
}
