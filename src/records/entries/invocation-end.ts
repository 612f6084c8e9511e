import { bug } from '#base';
import type { DataObject, InvocationEnd, InvocationFacts } from '../types.ts';
import { auditBytesOf, withAudit, withoutAudit } from './audit-bytes.ts';
import { Cutter, frame, unframe } from './frame.ts';

/**
 * Payload of an `invocationEnd` entry, format 1: a frame (see frame.ts) with the header
 *
 *   {"facts": InvocationFacts without the `audit` of its begin, "line": n, "prompt": n, "completion": n, "audit": n,
 *    "objects": [{"key", "contentType", "gzip", "size": n} | {"key", "contentType", "gzip", "attachment": id}]}
 *
 * where n are bytes, and behind it, without gaps: the record's line, the prompt and the completion in UTF-8, the JSON of the
 * begin's audit, and the bytes of each object that has a size, in order. Line and bodies are never copied on the way in.
 */
const VERSION = 1;

interface Header {
  readonly facts: InvocationFacts;
  readonly line: number;
  readonly prompt: number;
  readonly completion: number;
  /** Absent: there is none. */
  readonly audit?: number;
  readonly objects: readonly ObjectHeader[];
}
interface ObjectHeader {
  readonly key: string;
  readonly contentType: string;
  readonly gzip: boolean;
  readonly size?: number;
  readonly attachment?: string;
}

/** The pieces of the payload, for the journal to write one after the other. */
export function encodeInvocationEnd(end: InvocationEnd): Uint8Array[] {
  const prompt = Buffer.from(end.prompt);
  const completion = Buffer.from(end.completion);
  const { facts } = end;
  const audit = auditBytesOf(facts.begin);
  const header: Header = {
    facts: audit ? { ...facts, begin: withoutAudit(facts.begin) } : facts,
    line: end.line.length,
    prompt: prompt.length,
    completion: completion.length,
    ...(audit ? { audit: audit[0].length + audit[1].length } : {}),
    objects: end.dataObjects.map(objectHeader),
  };
  const pieces: Uint8Array[] = [frame(VERSION, header), end.line, prompt, completion];
  if (audit) pieces.push(...audit);
  for (const { bytes } of end.dataObjects) if (bytes) pieces.push(bytes);
  return pieces.filter((piece) => piece.length > 0);
}

function objectHeader({ key, contentType, gzip, bytes, attachment }: DataObject): ObjectHeader {
  if ((bytes === undefined) === (attachment === undefined)) bug(`data object ${key} must have bytes or an attachment`);
  const common = { key, contentType, gzip };
  return attachment === undefined ? { ...common, size: bytes?.length ?? 0 } : { ...common, attachment };
}

/** The spilled bodies that the entry must name as attachments, so that they live as long as it does. */
export function attachmentsOf(end: Pick<InvocationEnd, 'dataObjects'>): string[] {
  return end.dataObjects.flatMap(({ attachment }) => (attachment === undefined ? [] : [attachment]));
}

/**
 * Decodes a payload; the buffers of the result are views into it. `attachments` are those of its entry.
 * @param wants `facts`: whoever asks has no use for the texts, which are then empty; `record`: nor for the call's event
 */
export function decodeInvocationEnd(
  payload: Buffer,
  attachments: readonly string[],
  wants: 'all' | 'facts' | 'record' = 'all',
): InvocationEnd {
  const { header, rest } = unframe('invocation end', VERSION, payload);
  const { facts, line, prompt, completion, audit, objects } = header as Header;
  const cutter = new Cutter(rest);
  const lineBytes = cutter.take(line);
  const promptBytes = cutter.take(prompt);
  const completionBytes = cutter.take(completion);
  const auditBytes = audit === undefined ? undefined : cutter.take(audit);
  if (auditBytes && wants !== 'record') withAudit(facts.begin, auditBytes);
  const dataObjects = objects.map(({ size, attachment, ...common }): DataObject => {
    if (attachment === undefined) return { ...common, bytes: cutter.take(size ?? 0) };
    if (!attachments.includes(attachment)) bug(`${common.key} names a spilled body that its entry does not hold`);
    return { ...common, attachment };
  });
  cutter.end();
  return {
    facts,
    line: lineBytes,
    // Getters would cost every reader more than the texts cost the store's.
    prompt: wants === 'all' ? promptBytes.toString() : '',
    completion: wants === 'all' ? completionBytes.toString() : '',
    dataObjects,
  };
}
