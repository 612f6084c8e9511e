/** `critical`: evidence may be gone, or no more comes. `warning`: somebody tried, or changed what is told. */
export type AlertSeverity = 'critical' | 'warning';

export type AlertKind =
  | 'logging-stopped'
  | 'trail-deleted'
  | 'trail-changed'
  | 'selectors-changed'
  | 'bucket-policy-changed'
  | 'bucket-access-changed'
  | 'bucket-lifecycle-changed'
  | 'bucket-versioning-changed'
  | 'bucket-deleted'
  | 'log-file-deleted'
  | 'log-file-replaced'
  | 'digest-deleted'
  | 'digest-replaced'
  | 'log-group-deleted'
  | 'log-group-retention-changed'
  | 'invocation-logging-deleted'
  | 'key-rotated'
  | 'silence';

/** Somebody has done, or tried, what makes an audit trail say less; or one has fallen silent. */
export interface Alert {
  /** Of the event that it is about, so that the same event raises one alert; of silence, the trail and when it began. */
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly atMs: number;
  readonly kind: AlertKind;
  readonly severity: AlertSeverity;
  /** Whose alert it is: the trail's account, else that of the call. */
  readonly accountId: string;
  readonly region: string;
  readonly trailArn?: string;
  /** The ARN of who called; absent of silence. */
  readonly who?: string;
  readonly requestId?: string;
  readonly eventId?: string;
  /** In plain words. */
  readonly message: string;
}

/** An alert and its place among all of them. */
export interface StoredAlert extends Alert {
  readonly sequence: number;
}
