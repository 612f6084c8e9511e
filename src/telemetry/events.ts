/**
 * What happens inside, as typed events: each has one place that says how it is logged and counted.
 * The level is chosen by what an operator must do: error — act now; warn — look at it; info — nothing.
 */
export type TelemetryEvent =
  | { name: 'server-started'; listen: string; startMs: number }
  | { name: 'server-stopping'; reason: string }
  /** Every caller may do everything: shouted at start. */
  | { name: 'authorization-off' }
  | { name: 'request'; service: string; operation: string; status: number; code: string; durationMs: number }
  | { name: 'handler-failed'; requestId: string; service: string; operation: string; error: unknown }
  | {
      name: 'invocation';
      operation: string;
      outcome: string;
      upstream: string;
      latencyMs: number;
      inputTokens: number;
      outputTokens: number;
    }
  | { name: 'invocations-recovered'; interrupted: number }
  /** Attempts to hand on records, under AWS's names (bedrock-invocation-log.md §2.8). */
  | { name: 'delivery-attempts'; metric: string; count: number }
  /** An operational failure that a caller was told of only in AWS's words. */
  | { name: 'operational-failure'; requestId: string; reason: string; what: string; remedy: string }
  /** `detail`: what is wrong and what to do, for the operator. */
  | { name: 'record-refused'; reason: string; detail: string }
  | { name: 'record-missed'; count: number }
  | { name: 'connection-refused'; reason: string }
  /** Somebody has done, or tried, what makes an audit trail say less; or one is silent. `message` in plain words. */
  | {
      name: 'tamper-alert';
      id: string;
      kind: string;
      severity: 'critical' | 'warning';
      accountId: string;
      region: string;
      message: string;
    }
  | RoomEvent;

/** Events of lower rooms, which name themselves; `level` defaults to debug. */
export interface RoomEvent {
  readonly name: `${'journal' | 'delivery' | 'store' | 'objects' | 'buckets' | 'log-groups' | 'upstream' | 'identity' | 'audit' | 'trails' | 'topics' | 'queues'}.${string}`;
  readonly level?: 'debug' | 'info' | 'warn' | 'error';
  readonly [key: string]: unknown;
}
