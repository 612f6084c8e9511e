/** What trails need of buckets, topics, log groups and roles; the composition root joins them. */

/** A request that CloudTrail makes in its own name, on behalf of a trail. */
export interface TrailRequest {
  readonly servicePrincipal: string;
  readonly sourceAccount: string;
  /** The trail's ARN. */
  readonly sourceArn: string;
}

export interface TrailTargets {
  isBucketName(name: string): boolean;
  findBucket(name: string): { readonly generation: string } | undefined;
  /** Whether the bucket's policy lets the service do the action on the resource. */
  bucketAllows(bucketName: string, action: string, resource: string, request: TrailRequest): boolean;
  /** Whether the topic is there, and its policy lets the service publish. */
  topicAllows(topicArn: string, request: TrailRequest): boolean;
  publish(topicArn: string, message: string, request: TrailRequest): Promise<void>;
  findLogGroup(
    scope: { readonly accountId: string; readonly region: string },
    name: string,
  ): { readonly name: string; readonly generation: string } | undefined;
  /** Whether the role is there, trusts the service, and may do every action on the resource. */
  roleAllows(roleArn: string, request: TrailRequest, actions: readonly string[], resource: string): boolean;
}

/** Where something is asked for: names of trails mean those of the Region. */
export interface TrailScope {
  readonly accountId: string;
  readonly region: string;
}
