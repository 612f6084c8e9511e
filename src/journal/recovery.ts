/**
 * Opening a journal that an earlier run has left: finds every sound entry, cuts off what was never acknowledged, and reports
 * acknowledged entries that are damaged.
 *
 * A hole in the sequence is a torn end when no sound entry behind it knows it as acknowledged (a power cut writes pages in any
 * order); then it and all behind it go. Otherwise it is damage: what stands behind it is kept, and the hole is reported.
 */
import { OperationalError } from '#base';
import { type FileSystem, removeIfThere } from './file-system.ts';
import { indexPath, readIndex, removeSegment, writeIndex } from './index-file.ts';
import { decodeSegmentHeader, EntryView, SEGMENT_HEADER_BYTES, type SegmentHeader } from './format.ts';
import { SegmentScanner } from './scanner.ts';
import { Segment, type SegmentDescription, segmentOrdinal } from './segment.ts';
import type { LostEntries, Sequence } from './types.ts';
import type { Durability } from './writer.ts';

export interface Recovered {
  readonly segments: Segment[];
  readonly head: Sequence;
  readonly nextOrdinal: number;
  readonly entries: number;
  readonly lost: LostEntries[];
}

/** A place where the sequence does not go on. */
interface Hole {
  readonly first: Sequence;
  readonly last: Sequence;
  readonly segment: Segment;
  readonly position: number;
}

interface Scan {
  entries: number;
  /** Sequence expected next; undefined before the first segment. */
  expected: Sequence | undefined;
  acknowledged: Sequence;
  readonly holes: Hole[];
}

/** Reads every held segment. `directory` must exist. */
export async function recover(fileSystem: FileSystem, directory: string, durability: Durability): Promise<Recovered> {
  const { found, nextOrdinal } = await findSegments(fileSystem, directory);
  const scan: Scan = { entries: 0, expected: undefined, acknowledged: 0, holes: [] };
  const segments: Segment[] = [];
  for (const [index, { segment, header }] of found.entries()) {
    const limit = Math.min(...found.slice(index + 1).map((later) => later.header.first));
    segment.begin(header.first, header.salt);
    scan.acknowledged = Math.max(scan.acknowledged, header.acknowledged);
    const isLast = index === found.length - 1;
    const known = isLast ? undefined : await readIndex(fileSystem, segment.path, header.salt, segment.sizeBytes);
    noteHoleBefore(segment, limit, scan, segments.at(-1));
    if (known && known.first === header.first && known.last < limit) adoptSegment(segment, known, scan);
    else await scanSegment(fileSystem, segment, limit, scan);
    if (segment.isEmpty && index < found.length - 1) await removeSegment(fileSystem, segment.path);
    else segments.push(segment);
  }
  await cutTail(fileSystem, segments, scan, durability);
  await removeStrayIndexes(fileSystem, directory, segments);
  return {
    segments,
    head: segments.at(-1)?.last ?? 0,
    nextOrdinal,
    entries: scan.entries,
    lost: scan.holes.map((hole) => ({ firstSequence: hole.first, lastSequence: hole.last, reason: 'damaged' })),
  };
}

async function findSegments(fileSystem: FileSystem, directory: string) {
  const ordinals = (await fileSystem.list(directory))
    .map((name) => ({ name, ordinal: segmentOrdinal(name) }))
    .filter((file) => file.ordinal !== undefined)
    .map((file) => ({ name: file.name, ordinal: file.ordinal ?? 0 }))
    .sort((a, b) => a.ordinal - b.ordinal);
  const found: { segment: Segment; header: SegmentHeader }[] = [];
  for (const { name, ordinal } of ordinals) {
    const path = `${directory}/${name}`;
    const header = await readHeader(fileSystem, path);
    if (header === 'unused') await removeSegment(fileSystem, path);
    else found.push({ segment: new Segment(ordinal, path, await fileSystem.sizeBytes(path)), header });
  }
  return { found, nextOrdinal: (ordinals.at(-1)?.ordinal ?? 0) + 1 };
}

async function readHeader(fileSystem: FileSystem, path: string): Promise<SegmentHeader | 'unused'> {
  const bytes = Buffer.alloc(SEGMENT_HEADER_BYTES);
  const file = await fileSystem.open(path, 'r');
  let filled: number;
  try {
    filled = await file.read(bytes, 0);
  } finally {
    await file.close();
  }
  const header = decodeSegmentHeader(bytes.subarray(0, filled));
  if (header === 'newer') {
    throw new OperationalError('journal-newer', `${path} was written by a newer Varve`, 'Start the newer Varve again.');
  }
  if (header === 'bad') {
    throw new OperationalError(
      'journal-damaged',
      `the header of the journal segment ${path} is damaged, so that its entries cannot be told from garbage`,
      'Restore the file from a backup of the disk; or move it away: its entries are then reported as lost.',
    );
  }
  return header;
}

/** The sequence must go on where the segment before has ended. */
function noteHoleBefore(segment: Segment, limit: Sequence, scan: Scan, previous: Segment | undefined): void {
  scan.expected ??= Math.min(segment.first, limit);
  if (segment.first <= scan.expected || segment.first >= limit || !previous) return;
  scan.holes.push({ first: scan.expected, last: segment.first - 1, segment: previous, position: previous.position });
  scan.expected = segment.first;
}

/** Takes a sealed segment as its index describes it: all of its entries had been acknowledged when it was sealed. */
function adoptSegment(segment: Segment, known: SegmentDescription, scan: Scan): void {
  segment.adopt(known);
  scan.entries += known.last - known.first + 1;
  scan.expected = known.last + 1;
  scan.acknowledged = Math.max(scan.acknowledged, known.last);
}

async function removeStrayIndexes(
  fileSystem: FileSystem,
  directory: string,
  segments: readonly Segment[],
): Promise<void> {
  const kept = new Set(segments.map((segment) => indexPath(segment.path)));
  for (const name of await fileSystem.list(directory)) {
    const path = `${directory}/${name}`;
    if (name.endsWith('.index') && !kept.has(path)) await removeIfThere(fileSystem, path);
  }
}

/** Notes the entries of a segment below `limit`, and holes among them. */
async function scanSegment(fileSystem: FileSystem, segment: Segment, limit: Sequence, scan: Scan): Promise<void> {
  const file = await fileSystem.open(segment.path, 'r');
  segment.position = SEGMENT_HEADER_BYTES;
  try {
    const scanner = new SegmentScanner(file, segment.salt, SEGMENT_HEADER_BYTES, segment.sizeBytes);
    for (;;) {
      const position = scanner.position;
      const found = scanner.next();
      if (found === 'end') return;
      if (found === 'more') await scanner.fill();
      else if (found === 'bad') await scanner.resync(scan.expected ?? segment.first);
      else if (found.sequence >= limit) return;
      else noteEntry(segment, found, position, scan);
    }
  } finally {
    await file.close();
  }
}

function noteEntry(segment: Segment, entry: EntryView, position: number, scan: Scan): void {
  const { sequence } = entry;
  const expected = scan.expected ?? sequence;
  if (sequence < expected) return;
  if (sequence > expected) {
    scan.holes.push({ first: expected, last: sequence - 1, segment, position: segment.position });
  }
  segment.note(sequence, position, entry.isVoid ? [] : entry.attachments);
  segment.position = position + entry.sizeBytes;
  scan.entries += 1;
  scan.expected = sequence + 1;
  scan.acknowledged = Math.max(scan.acknowledged, entry.acknowledged);
}

/** Removes what was never acknowledged, and makes what is kept durable before any reader sees it. */
async function cutTail(fileSystem: FileSystem, segments: Segment[], scan: Scan, durability: Durability): Promise<void> {
  const torn = scan.holes.findIndex((hole) => hole.first > scan.acknowledged);
  const hole = torn < 0 ? undefined : scan.holes[torn];
  if (hole) {
    scan.holes.splice(torn);
    for (const segment of segments.splice(segments.indexOf(hole.segment) + 1)) {
      scan.entries -= Math.max(0, segment.last - segment.first + 1);
      await removeSegment(fileSystem, segment.path);
    }
    const kept = hole.segment;
    scan.entries -= Math.max(0, kept.last - Math.max(hole.last, kept.first - 1));
    kept.cut(hole.first, hole.position);
  }
  for (const segment of segments) {
    const isCut = segment.sizeBytes > segment.position;
    if (isCut || segment === segments.at(-1)) await cutFile(fileSystem, segment, durability);
    segment.isAnchored = true;
  }
}

async function cutFile(fileSystem: FileSystem, segment: Segment, durability: Durability): Promise<void> {
  const file = await fileSystem.open(segment.path, 'r+');
  try {
    if (segment.sizeBytes > segment.position) await file.truncate(segment.position);
    segment.sizeBytes = segment.position;
    if (durability === 'fsync') await file.datasync();
  } finally {
    await file.close();
  }
  await writeIndex(fileSystem, segment).catch(() => undefined);
}
