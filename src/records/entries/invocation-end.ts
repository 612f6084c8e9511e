import { bug } from '#base';
import type { DataObject, InvocationBegin, InvocationEnd, InvocationFacts } from '../types.ts';
import { withAudit } from './audit-bytes.ts';
import { Cutter, frame, unframe } from './frame.ts';
import { writtenBegin } from './invocation-begin.ts';

/**
 * Payload of an `invocationEnd` entry, format 2: a frame (see frame.ts) with the header
 *
 *   {"requestId", "timestampMs", "lineRoutes"?, "dataRoute"?,
 *    "begin": n, "facts": n, "line": n, "prompt": n, "completion": n, "audit"?: n,
 *    "objects": [{"key", "contentType", "gzip", "size": n} | {"key", "contentType", "gzip", "attachment": id}]}
 *
 * where n are bytes, and behind it, without gaps: the JSON of the begin without its `audit`, that of the InvocationFacts without
 * the begin, the record's line, the prompt and the completion in UTF-8, the JSON of the begin's audit, and the bytes of each object
 * that has a size, in order. Line and bodies are never copied on the way in. What the readers that deliver records need stands in
 * the header, so that they parse nothing else.
 *
 * Format 1 has `{"facts": InvocationFacts without the audit of its begin, "line", "prompt", "completion", "audit", "objects"}` as its
 * header and, behind it, the same from the line on.
 */
const VERSION = 2;

interface Sizes {
  readonly line: number;
  readonly prompt: number;
  readonly completion: number;
  /** Absent: there is none. */
  readonly audit?: number;
  readonly objects: readonly ObjectHeader[];
}
interface Header extends Sizes {
  readonly requestId: string;
  readonly timestampMs: number;
  readonly lineRoutes?: readonly string[];
  readonly dataRoute?: string;
  readonly begin: number;
  readonly facts: number;
}
interface Header1 extends Sizes {
  readonly facts: InvocationFacts;
}
interface ObjectHeader {
  readonly key: string;
  readonly contentType: string;
  readonly gzip: boolean;
  readonly size?: number;
  readonly attachment?: string;
}

/** An end as its readers get it: texts are the entry's own bytes, in UTF-8. */
export interface RecordedEnd extends Omit<InvocationEnd, 'prompt' | 'completion'> {
  readonly prompt: Buffer;
  readonly completion: Buffer;
}

/** What is delivered of a call. */
export interface DeliveredRecord extends Pick<InvocationEnd, 'line' | 'dataObjects'> {
  readonly requestId: string;
  readonly timestampMs: number;
  /** Where the line goes. */
  readonly lineRoutes: readonly string[];
  /** Where the data objects go. */
  readonly dataRoute: string | undefined;
}

/**
 * The pieces of the payload, for the journal to write one after the other.
 * @param begin as its own entry has it, where it is known
 */
export function encodeInvocationEnd(end: InvocationEnd, begin = writtenBegin(end.facts.begin)): Uint8Array[] {
  const { begin: begun, ...facts } = end.facts;
  const { logging } = begun;
  const { json, audit } = begin;
  const texts = [json, JSON.stringify(facts), end.prompt, end.completion].map((text) => Buffer.from(text));
  const [beginBytes, factsBytes, prompt, completion] = texts as [Buffer, Buffer, Buffer, Buffer];
  const header: Header = {
    requestId: begun.requestId,
    timestampMs: begun.timestampMs,
    ...(logging && { lineRoutes: logging.lineRoutes }),
    ...(logging?.data && { dataRoute: logging.data.route }),
    begin: beginBytes.length,
    facts: factsBytes.length,
    line: end.line.length,
    prompt: prompt.length,
    completion: completion.length,
    ...(audit ? { audit: audit[0].length + audit[1].length } : {}),
    objects: end.dataObjects.map(objectHeader),
  };
  const pieces: Uint8Array[] = [frame(VERSION, header), beginBytes, factsBytes, end.line, prompt, completion];
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

/** Decodes a payload; the buffers of the result are views into it. `attachments` are those of its entry. */
export function decodeInvocationEnd(payload: Buffer, attachments: readonly string[]): RecordedEnd {
  const { version, header, rest } = unframe('invocation end', VERSION, payload);
  const cutter = new Cutter(rest);
  const facts = version === 1 ? (header as Header1).facts : takeFacts(cutter, header as Header);
  const { audit, ...pieces } = takePieces(cutter, header as Sizes, attachments);
  if (audit) withAudit(facts.begin, audit);
  return { facts, ...pieces };
}

/** Decodes what is delivered: without what else is known of the call. */
export function decodeRecord(payload: Buffer, attachments: readonly string[]): DeliveredRecord {
  const { version, header, rest } = unframe('invocation end', VERSION, payload);
  const cutter = new Cutter(rest);
  const {
    requestId,
    timestampMs,
    lineRoutes = [],
    dataRoute,
    begin,
    facts,
  } = version === 1 ? asNow(header) : (header as Header);
  cutter.take(begin + facts);
  const { line, dataObjects } = takePieces(cutter, header as Sizes, attachments);
  return { requestId, timestampMs, lineRoutes, dataRoute, line, dataObjects };
}

/** What format 2 has in its header besides sizes, of format 1. */
function asNow(header: unknown): Omit<Header, keyof Sizes> {
  const { requestId, timestampMs, logging } = (header as Header1).facts.begin;
  return {
    requestId,
    timestampMs,
    ...(logging && { lineRoutes: logging.lineRoutes }),
    ...(logging?.data && { dataRoute: logging.data.route }),
    begin: 0,
    facts: 0,
  };
}

function takeFacts(cutter: Cutter, { begin, facts }: Header): InvocationFacts {
  const begun = JSON.parse(cutter.take(begin).toString()) as InvocationBegin;
  return { begin: begun, ...(JSON.parse(cutter.take(facts).toString()) as Omit<InvocationFacts, 'begin'>) };
}

function takePieces(
  cutter: Cutter,
  { line, prompt, completion, audit, objects }: Sizes,
  attachments: readonly string[],
): Omit<RecordedEnd, 'facts'> & { readonly audit: Buffer | undefined } {
  const pieces = {
    line: cutter.take(line),
    prompt: cutter.take(prompt),
    completion: cutter.take(completion),
    audit: audit === undefined ? undefined : cutter.take(audit),
    dataObjects: objects.map(({ size, attachment, ...common }): DataObject => {
      if (attachment === undefined) return { ...common, bytes: cutter.take(size ?? 0) };
      if (!attachments.includes(attachment)) bug(`${common.key} names a spilled body that its entry does not hold`);
      return { ...common, attachment };
    }),
  };
  cutter.end();
  return pieces;
}
