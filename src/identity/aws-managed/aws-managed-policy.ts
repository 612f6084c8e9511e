/** A policy that AWS itself keeps, as its Managed Policy Reference tells it. */
export interface AwsManagedPolicy {
  readonly name: string;
  /** Begins and ends with a slash. */
  readonly path: string;
  readonly description: string;
  /** The default version, the only one that is known here. */
  readonly versionId: string;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  /** When the default version was made; ISO 8601, UTC. */
  readonly updatedAt: string;
  readonly document: {
    readonly Version: '2012-10-17';
    readonly Id?: string;
    readonly Statement: readonly object[];
  };
}
