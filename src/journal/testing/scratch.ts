/** Journals in folders of their own, removed when the test ends. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { randomIds, systemClock } from '#base';
import { type JournalOptions, openJournal } from '../open.ts';
import type { Journal, JournalEntry } from '../types.ts';

const opened: { readonly dir: string; readonly journal: Journal }[] = [];

/** When the test ends, however it does, the journals opened below the folder are closed and it is removed. */
export async function scratchDirectory(context: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'varve-journal-'));
  context.after(async () => {
    for (const { dir, journal } of opened) if (dir.startsWith(directory)) await journal.close();
    await rm(directory, { recursive: true, force: true });
  });
  return directory;
}

/** Small segments, no reserve of free space: what most tests want. */
export async function openScratch(dir: string, options: Partial<JournalOptions> = {}): Promise<Journal> {
  const journal = await openJournal({
    dir,
    durability: 'fsync',
    segmentBytes: 64 * 1024,
    minFreeBytes: 0,
    clock: systemClock,
    ids: randomIds,
    ...options,
  });
  opened.push({ dir, journal });
  return journal;
}

export function append(journal: Journal, text: string, routes: readonly string[] = []): Promise<number> {
  return journal.append({ kind: 1, routes, payload: [Buffer.from(text)] });
}

/** Everything that is there after `after`. */
export async function readAll(journal: Journal, after = 0, step = 1024 * 1024): Promise<JournalEntry[]> {
  const entries: JournalEntry[] = [];
  let at = after;
  while (at < journal.head) {
    const read = await journal.read({ after: at, maxBytes: step, waitMs: 0 });
    entries.push(...read.entries);
    at = read.nextAfter;
  }
  return entries;
}

export function texts(entries: readonly JournalEntry[]): string[] {
  return entries.map((entry) => entry.payload.toString());
}
