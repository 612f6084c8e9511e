/** What a journal entry means to a destination: its line, if the line goes there, and its data objects, if they do. */
import type { RenderedEntry } from '#delivery';
import type { JournalEntry } from '#journal';
import { decodeInvocationEnd, ENTRY_KIND } from '#records';

const NO_LINE = Buffer.alloc(0);

export function renderEntry({ kind, payload, attachments }: JournalEntry, route: string): RenderedEntry | undefined {
  if (kind !== ENTRY_KIND.invocationEnd) return undefined;
  const { facts, line, dataObjects } = decodeInvocationEnd(payload, attachments);
  const { logging, timestampMs } = facts.begin;
  return {
    line: logging?.lineRoutes.includes(route) ? line : NO_LINE,
    timestampMs,
    dataObjects: logging?.data?.route === route ? dataObjects : [],
  };
}
