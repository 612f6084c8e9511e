/**
 * `<ordinal>.index` beside a sealed segment: what a scan of the segment would find, so that opening a journal that holds much
 * does not read it all. It is only a shortcut: without it, or when it does not fit its segment, the segment is scanned. Damage
 * of a segment that was not scanned is found, and reported, by its readers, which check every entry.
 *
 * UTF-8: 8 hex digits (CRC-32 of the rest), a newline, JSON of {@link SegmentDescription}.
 */
import { crc32 } from 'node:zlib';
import { type FileSystem, removeIfThere } from './file-system.ts';
import type { Segment, SegmentDescription } from './segment.ts';

const CRC_DIGITS = 8;

export function indexPath(segmentPath: string): string {
  return segmentPath.replace(/segment$/, 'index');
}

/** Best effort, and not synced: a torn index is not believed. */
export async function writeIndex(fileSystem: FileSystem, segment: Segment): Promise<void> {
  const json = Buffer.from(`\n${JSON.stringify(segment.describe())}`);
  const file = await fileSystem.open(indexPath(segment.path), 'w');
  try {
    await file.write([Buffer.from(crc32(json).toString(16).padStart(CRC_DIGITS, '0')), json], 0);
  } finally {
    await file.close();
  }
}

/** The description, when it is whole and belongs to a segment with this salt and size. */
export async function readIndex(
  fileSystem: FileSystem,
  segmentPath: string,
  salt: number,
  sizeBytes: number,
): Promise<SegmentDescription | undefined> {
  const bytes = await fileSystem.readFile(indexPath(segmentPath)).catch(() => undefined);
  if (!bytes || bytes.length <= CRC_DIGITS) return undefined;
  const json = bytes.subarray(CRC_DIGITS);
  if (Number.parseInt(bytes.toString('latin1', 0, CRC_DIGITS), 16) !== crc32(json)) return undefined;
  const description = JSON.parse(json.toString('utf8')) as SegmentDescription;
  return description.salt === salt && description.position === sizeBytes ? description : undefined;
}

/** Removes a segment and its index. */
export async function removeSegment(fileSystem: FileSystem, segmentPath: string): Promise<void> {
  await removeIfThere(fileSystem, indexPath(segmentPath));
  await removeIfThere(fileSystem, segmentPath);
}
