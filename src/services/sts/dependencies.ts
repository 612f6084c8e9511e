import type { Identity, WebIdentities } from '#identity';

export interface StsDependencies {
  readonly identity: Pick<Identity, 'directory' | 'accounts' | 'issueSession' | 'packedBytes'>;
  readonly webIdentities: Pick<WebIdentities, 'claimedIssuer' | 'verify'>;
}
