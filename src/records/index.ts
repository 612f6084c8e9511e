export { auditErrorCode, auditEventOf } from './audit/of-invocation.ts';
export { withoutQuotedValues } from './audit/quoted-values.ts';
export { renderAuditEvent } from './audit/render.ts';
export { CONTENT_BYTES_MAX, EVENT_BYTES_MAX, omitted } from './audit/size-rules.ts';
export * from './audit/types.ts';
export { INLINE_BODY_BYTES_MAX } from './bodies.ts';
export { chunkText, type ConverseEvent, type RequestContent, type ResponseContent } from './content.ts';
export { aggregateConverse } from './converse/aggregate.ts';
export { decodeAuditBegin, decodeAuditEvent, encodeAuditBegin, encodeAuditEvent } from './entries/audit-event.ts';
export { decodeGap, encodeGap } from './entries/gap.ts';
export {
  decodeInvocationBegin,
  encodeInvocationBegin,
  type WrittenBegin,
  writtenBegin,
} from './entries/invocation-begin.ts';
export { alikeAudits, carriedAuditOf } from './entries/audit-bytes.ts';
export {
  attachmentsOf,
  decodeInvocationEnd,
  decodeRecord,
  encodeInvocationEnd,
  type RecordedEnd,
} from './entries/invocation-end.ts';
export { decodeLogEvents, encodeLogEvents } from './entries/log-events.ts';
export { type Family, familyOf } from './families/index.ts';
export { isInferenceProfile, loggedModelId } from './model-id.ts';
export { type InvocationContent, renderInvocation, type RenderedInvocation } from './render.ts';
export type { Modalities } from './switches.ts';
export { completionOf, completionOfRecord, promptOf, stopReasonOf, TEXT_BYTES_MAX } from './texts.ts';
export { tokenCountsOf } from './tokens.ts';
export * from './types.ts';
