/** Trails, as the API makes them and as what delivers for them sees them. */
import type { EventCategory, UserIdentity } from '#records';

/** A field of an advanced event selector with its conditions, in the words of the API. */
export interface AdvancedFieldSelector {
  readonly Field: string;
  readonly Equals?: readonly string[];
  readonly StartsWith?: readonly string[];
  readonly EndsWith?: readonly string[];
  readonly NotEquals?: readonly string[];
  readonly NotStartsWith?: readonly string[];
  readonly NotEndsWith?: readonly string[];
}

export interface AdvancedEventSelector {
  readonly Name?: string;
  readonly FieldSelectors: readonly AdvancedFieldSelector[];
}

export type ReadWriteType = 'All' | 'ReadOnly' | 'WriteOnly';

export interface DataResource {
  readonly Type: string;
  readonly Values: readonly string[];
}

export interface EventSelector {
  readonly ReadWriteType: ReadWriteType;
  readonly IncludeManagementEvents: boolean;
  readonly DataResources: readonly DataResource[];
  readonly ExcludeManagementEventSources: readonly string[];
}

/** What a trail selects: one kind of selectors at a time. */
export type EventSelectorSettings =
  | { readonly kind: 'basic'; readonly selectors: readonly EventSelector[] }
  | { readonly kind: 'advanced'; readonly selectors: readonly AdvancedEventSelector[] };

export interface InsightSelector {
  readonly InsightType: string;
  readonly EventCategories?: readonly string[];
}

export interface Trail {
  /** Internal; a trail that is deleted and made again has another. */
  readonly id: string;
  readonly accountId: string;
  readonly homeRegion: string;
  readonly name: string;
  readonly arn: string;
  readonly bucketName: string;
  readonly bucketGeneration: string;
  readonly keyPrefix?: string;
  readonly topicName?: string;
  readonly topicArn?: string;
  /** As it was given: `arn:aws:logs:REGION:ACCOUNT:log-group:NAME:*`. */
  readonly logGroupArn?: string;
  readonly logRoleArn?: string;
  /** Of the log group when it was last checked. */
  readonly logGroupGeneration?: string;
  /** Stored and shown; files are not encrypted with it. */
  readonly kmsKeyId?: string;
  readonly isMultiRegion: boolean;
  /** Whether it gets the events of global services (IAM, STS). */
  readonly includesGlobal: boolean;
  readonly isOrganization: false;
  readonly validatesFiles: boolean;
  /** As it was given; trails never log their own deliveries here. */
  readonly recursiveLogging?: boolean;
  readonly isLogging: boolean;
  /** Milliseconds since the epoch: when logging was last started, and stopped. */
  readonly startedMs?: number;
  readonly stoppedMs?: number;
  /** Absent while none were ever put: then all management events. */
  readonly selectors?: EventSelectorSettings;
  readonly insightSelectors: readonly InsightSelector[];
  /** Key to value, in the order they were put. */
  readonly tags: ReadonlyMap<string, string>;
  /** Rises when where it delivers to changes; entries of the journal are routed to `trail:ID.VERSION`. */
  readonly version: number;
}

/** What selectors look at of an event: an `AuditBegin` has it all. */
export interface SelectableEvent {
  readonly accountId: string;
  readonly region: string;
  readonly category: EventCategory;
  readonly eventSource: string;
  readonly eventName: string;
  readonly eventType: string;
  readonly readOnly: boolean;
  readonly identity: UserIdentity;
  readonly resources?: readonly { readonly ARN?: string; readonly ARNPrefix?: string; readonly type: string }[];
  readonly fromConsole?: true;
}

/** The values of GetTrailStatus that deliveries make; times in milliseconds since the epoch. */
export interface TrailStatus {
  readonly latestDeliveryMs?: number;
  /** When a delivery was last tried, whatever came of it. */
  readonly latestDeliveryAttemptMs?: number;
  /** S3's error code (`AccessDenied`, `NoSuchBucket`) while the latest try failed. */
  readonly latestDeliveryError?: string;
  readonly latestNotificationMs?: number;
  readonly latestNotificationAttemptMs?: number;
  readonly latestNotificationError?: string;
  readonly latestDigestDeliveryMs?: number;
  readonly latestDigestDeliveryError?: string;
  readonly latestLogsDeliveryMs?: number;
  readonly latestLogsDeliveryError?: string;
}

/** What came of an attempt: to put a log file, to notify of it, to put a digest, to write to CloudWatch Logs. */
export interface DeliveryNote {
  readonly trailId: string;
  readonly what: 'file' | 'notification' | 'digest' | 'logs';
  /** Milliseconds since the epoch. */
  readonly atMs: number;
  /** Absent when it went well; otherwise the service's error code, such as `AccessDenied`. */
  readonly error?: string;
}

/** What delivery has to know to serve a trail; made anew with each version of the trail. */
export interface TrailDestinationSpec {
  /** `trail:ID.VERSION`: the journal route. */
  readonly route: string;
  readonly trailId: string;
  readonly trailArn: string;
  readonly accountId: string;
  readonly homeRegion: string;
  readonly bucketName: string;
  readonly bucketGeneration: string;
  /** `[prefix/]AWSLogs/ACCOUNT/`. */
  readonly keyBase: string;
  readonly topicArn?: string;
  /** CloudWatch Logs, when the trail writes there too. */
  readonly logs?: {
    readonly groupName: string;
    readonly groupGeneration: string;
    readonly roleArn: string;
  };
}

/** Where trails' destinations are made and ended: delivery's. */
export interface TrailDestinations {
  register(spec: TrailDestinationSpec): Promise<void>;
  /** Delivers what is on its way, and ends. */
  retire(route: string): Promise<void>;
}

/** The route of a trail's events in the journal. */
export function routeOf(trail: Pick<Trail, 'id' | 'version'>): string {
  return `trail:${trail.id}.${trail.version}`;
}
