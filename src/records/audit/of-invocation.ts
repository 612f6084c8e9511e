import type { InvocationFacts } from '../types.ts';
import { withoutQuotedValues } from './quoted-values.ts';
import type { AuditEvent } from './types.ts';

/** The event of a model call, which its own entries carry; undefined when there is none (calls of older journals). */
export function auditEventOf({
  begin,
  errorCode,
  errorMessage,
  latencyMs,
  inferenceRegion,
}: InvocationFacts): AuditEvent | undefined {
  const { audit } = begin;
  if (!audit) return undefined;
  return {
    ...audit,
    endedMs: begin.timestampMs + latencyMs,
    ...(errorCode === undefined ? {} : { errorCode: auditErrorCode(errorCode) }),
    // Upstreams word errors too, and may quote what was asked.
    ...(errorMessage === undefined
      ? {}
      : { errorMessage: withoutQuotedValues(errorMessage, ([name]) => name === 'modelId') }),
    responseElements: null,
    // Only a call that a profile took to another Region tells it.
    ...(inferenceRegion === undefined || inferenceRegion === begin.region
      ? {}
      : { additional: { ...audit.additional, inferenceRegion } }),
  };
}

/** CloudTrail's name of an error: refusals are `AccessDenied` there, whatever the service calls them. */
export function auditErrorCode(code: string): string {
  return code === 'AccessDeniedException' ? 'AccessDenied' : code;
}
