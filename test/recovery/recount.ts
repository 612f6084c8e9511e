/**
 * Compares what is there with what callers know. A complaint is a sentence with the ids it is about and the place where they
 * miss or are too many.
 */
import { gunzipSync } from 'node:zlib';
import { Semaphore } from '#base';
import type { Clients } from '../harness.ts';
import { getByPath, type InvocationRecord, parseRecord } from '../records.ts';
import { type Found, sha256Of, type StoredInvocation } from './found.ts';
import { answerOf, type Call, isStream, type Ledger, promptOf } from './ledger.ts';

const INTERRUPTED = 'InterruptedException';
const GETS_AT_ONCE = 8;

/** Records by the name of their call, and complaints about those that are twice there or belong to nobody. */
export function sortRecords(
  place: string,
  lines: readonly string[],
  { calls, complaints }: Ledger,
): Map<string, string> {
  const byName = new Map<string, string>();
  const requestIds = new Set<string>();
  for (const line of lines) {
    const { requestId, requestMetadata } = parseRecord(line);
    const name = requestMetadata?.['call'] ?? '(no name)';
    if (requestIds.has(requestId)) complaints.push(`${place}: request ${requestId} (${name}) is there twice`);
    else if (byName.has(name))
      complaints.push(`${place}: ${name} is there under two request ids, ${requestId} is the second`);
    if (!calls.has(name)) complaints.push(`${place}: request ${requestId} (${name}) was never sent`);
    requestIds.add(requestId);
    byName.set(name, line);
  }
  return byName;
}

/** Every call whose caller heard anything of it has its record; its words agree with what its caller saw. */
export function checkCalls(place: string, records: ReadonlyMap<string, string>, ledger: Ledger): void {
  const { calls, complaints } = ledger;
  for (const call of calls.values()) {
    const line = records.get(call.name);
    if (line === undefined) {
      // A call that was cut before its head may have died before it was begun.
      if (call.requestId !== undefined) complaints.push(`${place}: ${describe(call)} is missing`);
      continue;
    }
    const wrong = wrongWith(call, parseRecord(line), ledger);
    if (wrong !== undefined) complaints.push(`${place}: ${describe(call)} ${wrong}`);
  }
}

function wrongWith(call: Call, record: InvocationRecord, ledger: Ledger): string | undefined {
  if (call.requestId !== undefined && record.requestId !== call.requestId)
    return `stands under request ${record.requestId}`;
  if (record.operation !== call.operation) return `is recorded as ${record.operation}`;
  const { errorCode } = record;
  if (errorCode === INTERRUPTED) return isInterruptible(call, ledger) ? undefined : 'is recorded as interrupted';
  if (call.fails)
    return errorCode === 'ThrottlingException' || call.fate === 'left' ? undefined : `has the error ${errorCode}`;
  return errorCode === undefined || call.fate === 'left' ? undefined : `is recorded with the error ${errorCode}`;
}

/** Whether a kill may have come before the call's end was recorded. */
function isInterruptible({ fate, round, operation, requestId }: Call, { brokenRounds }: Ledger): boolean {
  // Who left did not wait for its record.
  if (fate === 'left') return brokenRounds.has(round) || brokenRounds.has(round + 1);
  // An answer in one piece begins to leave when its record is there.
  return fate === 'cut' && (requestId === undefined || isStream(operation));
}

/** The same line in both places, and in the store. */
export function checkSame(
  bucket: ReadonlyMap<string, string>,
  group: ReadonlyMap<string, string>,
  stored: readonly StoredInvocation[],
  { complaints }: Ledger,
): void {
  for (const [name, line] of group) {
    if (bucket.get(name) !== line)
      complaints.push(`${name} reads differently in the bucket and in the log group, or is in one only`);
  }
  for (const name of bucket.keys())
    if (!group.has(name)) complaints.push(`${name} is in the bucket and not in the log group`);
  const rows = new Map<string, string>();
  for (const { requestId, rawSha256 } of stored) {
    if (rows.has(requestId)) complaints.push(`the store has request ${requestId} twice`);
    rows.set(requestId, rawSha256);
  }
  for (const line of bucket.values()) {
    const { requestId } = parseRecord(line);
    if (rows.get(requestId) === undefined) complaints.push(`the store has no request ${requestId}`);
    else if (rows.get(requestId) !== sha256Of(line))
      complaints.push(`the store has other bytes for request ${requestId}`);
    rows.delete(requestId);
  }
  for (const requestId of rows.keys())
    complaints.push(`the store has request ${requestId}, which is not in the bucket`);
}

/** Every acknowledged event once; others only where they were on their way at a kill. */
export function checkEvents(messages: readonly string[], { events, complaints }: Ledger): void {
  const counts = new Map<string, number>();
  for (const message of messages) counts.set(message, (counts.get(message) ?? 0) + 1);
  for (const batch of events) {
    const found = batch.messages.map((message) => counts.get(message) ?? 0);
    for (const message of batch.messages) counts.delete(message);
    const isWhole = found.every((count) => count === 1);
    const isAbsent = batch.fate === 'cut' && found.every((count) => count === 0);
    if (isWhole || isAbsent) continue;
    complaints.push(
      `the log events [${batch.messages.join(', ')}], ${batch.fate}, are there [${found.join(', ')}] times`,
    );
  }
  for (const message of counts.keys()) complaints.push(`the log event ${message} was never sent`);
}

/** The bodies of complete records are those that were sent and received, inside of the record or in their objects. */
export async function checkBodies(
  clients: Clients,
  records: ReadonlyMap<string, string>,
  found: Found,
  ledger: Ledger,
): Promise<number> {
  const slots = new Semaphore(GETS_AT_ONCE);
  let objects = 0;
  const bodyOf = async (inline: unknown, path: string | undefined): Promise<unknown> => {
    if (path === undefined) return inline;
    objects += 1;
    if (!found.dataKeys.has(path.replace(/^s3:\/\/[^/]+\//, ''))) throw new Error(`${path} is not there`);
    return JSON.parse(gunzipSync(await slots.with(1, () => getByPath(clients, path))).toString());
  };
  const check = async (call: Call, { input, output, errorCode }: InvocationRecord): Promise<void> => {
    // As in AWS's error records.
    if (errorCode !== undefined && input === undefined && output === undefined) return;
    const sent = await bodyOf(input?.inputBodyJson, input?.inputBodyS3Path);
    const received = await bodyOf(output?.outputBodyJson, output?.outputBodyS3Path);
    if (promptIn(sent) !== promptOf(call)) ledger.complaints.push(`${describe(call)} has another prompt in its record`);
    const text = textIn(received);
    // Who left may have been told more than it heard.
    const isRight = call.fate === 'left' ? answerOf(call).startsWith(text) : text === answerOf(call);
    if (!isRight) ledger.complaints.push(`${describe(call)} has another answer in its record`);
  };
  const checks = [...records].map(async ([name, line]) => {
    const call = ledger.calls.get(name);
    if (!call) return;
    await check(call, parseRecord(line)).catch((error: unknown) =>
      ledger.complaints.push(`${describe(call)}: ${String(error)}`),
    );
  });
  await Promise.all(checks);
  return objects;
}

interface ConverseMessage {
  readonly content?: readonly { readonly text?: string }[];
}

/** Of a Converse body or the built-in model's own. */
function promptIn(body: unknown): string | undefined {
  const { prompt, messages } = (body ?? {}) as { prompt?: string; messages?: readonly ConverseMessage[] };
  return prompt ?? messages?.[0]?.content?.[0]?.text;
}

/** Of a Converse answer, the built-in model's own, or the list of its chunks. */
function textIn(body: unknown): string {
  if (Array.isArray(body))
    return (body as { completion?: string }[]).map(({ completion }) => completion ?? '').join('');
  const { completion, output } = (body ?? {}) as { completion?: string; output?: { message?: ConverseMessage } };
  return completion ?? output?.message?.content?.[0]?.text ?? '';
}

function describe({ name, operation, fate, requestId, round }: Call): string {
  return `${operation} ${name} of round ${round} (${fate}, request ${requestId ?? 'id unknown'})`;
}
