/**
 * After a start: each begin without an end is a call that the last run did not live to finish. It gets an
 * end that says so.
 */
import type { Journal, OpenEntries, Sequence } from '#journal';
import {
  decodeInvocationBegin,
  decodeRecord,
  encodeInvocationEnd,
  ENTRY_KIND,
  type InvocationBegin,
  type InvocationFacts,
  renderInvocation,
} from '#records';
import type { State } from '#state';

/** The record's errorCode of a call that the server did not live to finish (docs/compatibility.md). */
export const INTERRUPTED_CODE = 'InterruptedException';
const SCAN_STEP_BYTES = 8 * 1024 * 1024;
const CHECKPOINT_INTERVAL_MS = 5_000;
const SCHEMA = [
  'CREATE TABLE invocation_checkpoint (id INTEGER PRIMARY KEY CHECK (id = 1), sequence INTEGER NOT NULL) STRICT',
];

/** The Region that a profile's call runs in, when it is known. */
export type InferenceRegionOf = (modelId: string, region: string) => string | undefined;

/**
 * Ends the calls that were interrupted; must run before the first new call.
 * @returns how many there were, and the sequence after which everything was looked at
 */
export async function recoverInterrupted(
  journal: Journal,
  state: State,
  openCalls: OpenEntries,
  inferenceRegionOf: InferenceRegionOf,
): Promise<{ interrupted: number; from: Sequence }> {
  await state.migrate('invocation', SCHEMA);
  const [row] = await state.all('SELECT sequence FROM invocation_checkpoint');
  const from = Number(row?.['sequence'] ?? 0);
  openCalls.hold(from);
  const open = await openBegins(journal, from);
  for (const begin of open.values())
    await appendInterrupted(journal, begin, inferenceRegionOf(begin.modelId, begin.region));
  return { interrupted: open.size, from };
}

async function openBegins(journal: Journal, from: number): Promise<Map<string, InvocationBegin>> {
  const open = new Map<string, InvocationBegin>();
  const kinds = [ENTRY_KIND.invocationBegin, ENTRY_KIND.invocationEnd];
  for (let after = from; after < journal.head;) {
    const { entries, nextAfter } = await journal.read({ after, maxBytes: SCAN_STEP_BYTES, kinds, waitMs: 0 });
    for (const { kind, payload, attachments } of entries) {
      if (kind === ENTRY_KIND.invocationEnd) {
        open.delete(decodeRecord(payload, attachments).requestId);
      } else {
        const begin = decodeInvocationBegin(payload);
        open.set(begin.requestId, begin);
      }
    }
    if (nextAfter === after) break;
    after = nextAfter;
  }
  return open;
}

async function appendInterrupted(
  journal: Journal,
  begin: InvocationBegin,
  inferenceRegion: string | undefined,
): Promise<void> {
  const facts: InvocationFacts = {
    begin,
    outcome: 'interrupted',
    errorCode: INTERRUPTED_CODE,
    errorMessage: 'The server stopped before the call ended.',
    tokens: {},
    latencyMs: 0,
    ...(inferenceRegion === undefined ? {} : { inferenceRegion }),
  };
  const rendered = renderInvocation({
    facts,
    request: { contentType: 'application/json', bytes: Buffer.alloc(0) },
    response: { kind: 'none' },
    modalities: { input: [], output: [] },
  });
  await journal.append({
    kind: ENTRY_KIND.invocationEnd,
    routes: [...(begin.logging?.lineRoutes ?? []), ...(begin.audit?.routes ?? [])],
    payload: encodeInvocationEnd({ facts, ...rendered }),
  });
}

/** Keeps noting how far all calls have ended, so that recovery never scans further back than it must. */
export function startCheckpoints(state: State, openCalls: OpenEntries): () => Promise<void> {
  let saved = -1;
  const save = async (): Promise<void> => {
    const sequence = openCalls.settledThrough;
    if (sequence === saved) return;
    await state.transaction([
      { sql: 'INSERT OR REPLACE INTO invocation_checkpoint (id, sequence) VALUES (1, ?)', parameters: [sequence] },
    ]);
    saved = sequence;
    openCalls.hold(sequence);
  };
  // A checkpoint that cannot be written only makes the next recovery scan longer.
  const timer = setInterval(() => void save().catch(() => undefined), CHECKPOINT_INTERVAL_MS);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await save().catch(() => undefined);
  };
}
