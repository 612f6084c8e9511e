/** What stands in the journal of a server that has stopped. */
import { join } from 'node:path';
import { randomIds, systemClock } from '#base';
import { type JournalEntry, openJournal } from '#journal';
import {
  type AuditBegin,
  type AuditEvent,
  auditEventOf,
  decodeAuditBegin,
  decodeAuditEvent,
  decodeGap,
  decodeInvocationEnd,
  ENTRY_KIND,
  type GapMarker,
} from '#records';
import type { TestVarve } from './harness.ts';

const MIB = 1024 * 1024;

/** Stops the server and reads its gap markers. */
export async function gapMarkers(test: TestVarve): Promise<GapMarker[]> {
  const entries = await journalEntries(test, [ENTRY_KIND.gap]);
  return entries.map(({ payload }) => decodeGap(payload));
}

/** Stops the server and reads all events of API calls, those of model calls too, in the order in which they ended. */
export async function auditEvents(test: TestVarve): Promise<AuditEvent[]> {
  const entries = await journalEntries(test, [ENTRY_KIND.auditEvent, ENTRY_KIND.invocationEnd]);
  return entries.flatMap(({ kind, payload, attachments }) => {
    if (kind === ENTRY_KIND.auditEvent) return [decodeAuditEvent(payload)];
    const event = auditEventOf(decodeInvocationEnd(payload, attachments).facts);
    return event ? [event] : [];
  });
}

/** Stops the server and reads what was noted before it was carried out. */
export async function auditBegins(test: TestVarve): Promise<AuditBegin[]> {
  const entries = await journalEntries(test, [ENTRY_KIND.auditBegin]);
  return entries.map(({ payload }) => decodeAuditBegin(payload));
}

/** Stops the server and reads the entries of some kinds, oldest first. */
export async function journalEntries({ varve, dataDir }: TestVarve, kinds: readonly number[]): Promise<JournalEntry[]> {
  await varve.stop('the journal is to be read');
  const journal = await openJournal({
    dir: join(dataDir, 'journal'),
    durability: 'os',
    clock: systemClock,
    ids: randomIds,
    segmentBytes: 64 * MIB,
    sizeBytesMax: 1024 * MIB,
    minFreeBytes: MIB,
  });
  try {
    const entries: JournalEntry[] = [];
    let after = 0;
    while (after < journal.head) {
      const read = await journal.read({ after, maxBytes: MIB, waitMs: 0, kinds });
      entries.push(...read.entries);
      if (read.nextAfter === after) break;
      after = read.nextAfter;
    }
    return entries;
  } finally {
    await journal.close();
  }
}
