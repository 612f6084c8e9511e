/** One export from where it stands to its end: stream by stream, so that memory does not depend on their number. */
import type { Store } from '#store';
import { type ExportFile, exportFiles } from './files.ts';
import { fileKey, folderOf, KEY_BYTES_MAX } from './names.ts';
import { type ExportProgress, ExportRefused, type ExportTask } from './types.ts';

export interface RunPorts {
  readonly store: Pick<Store, 'readLogEvents'>;
  /**
   * The group's next streams in the order of (folder, name); none when there are no more.
   * @param after the name of one, exclusive; from the first one on when undefined
   */
  readonly streamsAfter: (after: string | undefined) => Promise<readonly string[]>;
  /** What the group keeps begins here; undefined once the group is deleted. */
  readonly keptFromMs: () => number | undefined;
  readonly put: (key: string, bytes: Uint8Array) => Promise<void>;
  /** Durable when it resolves: an export that is broken off goes on from there. */
  readonly progressed: (progress: ExportProgress) => Promise<void>;
  readonly signal: AbortSignal;
}

export const START: ExportProgress = { stream: undefined, folder: undefined, file: 0, after: undefined };

/**
 * Resolves when everything stands in the bucket, or when the signal aborts.
 * @throws {ExportRefused} when it can come to no good end; after other errors it can be run again from where it stands
 */
export async function runExport(task: ExportTask, from: ExportProgress, ports: RunPorts): Promise<void> {
  let progress = from;
  let names = from.stream === undefined ? await ports.streamsAfter(undefined) : [from.stream];
  while (names.length > 0) {
    for (const name of names) {
      if (ports.signal.aborted) return;
      progress = await exportStream(task, at(progress, name), ports);
    }
    names = await ports.streamsAfter(progress.stream);
  }
  // Streams of a deleted group are gone, too: that is no good end.
  keptFromMs(ports);
}

/** Where a stream begins: streams that share a folder number their objects on. */
function at(progress: ExportProgress, stream: string): ExportProgress {
  if (progress.stream === stream) return progress;
  const folder = folderOf(stream);
  return { stream, folder, file: folder === progress.folder ? progress.file : 0, after: undefined };
}

async function exportStream(task: ExportTask, from: ExportProgress, ports: RunPorts): Promise<ExportProgress> {
  const { groupGeneration, fromMs, toMs } = task;
  const { stream = '' } = from;
  const startMs = Math.max(fromMs, keptFromMs(ports));
  const query = { groupGeneration, streamNames: [stream], startMs, endMs: toMs + 1 };
  let progress = from;
  for await (const file of exportFiles(ports.store, query, from.after)) {
    if (ports.signal.aborted) break;
    keptFromMs(ports);
    progress = await putFile(task, progress, file, ports);
  }
  return progress;
}

async function putFile(
  { prefix, id }: ExportTask,
  progress: ExportProgress,
  { bytes, last }: ExportFile,
  { put, progressed }: RunPorts,
): Promise<ExportProgress> {
  const { folder = '', file, stream } = progress;
  const key = fileKey(prefix, id, folder, file);
  if (Buffer.byteLength(key) > KEY_BYTES_MAX) {
    throw new ExportRefused(
      `The names of the objects of log stream ${stream} would be longer than ${KEY_BYTES_MAX} bytes: use a shorter destinationPrefix.`,
    );
  }
  await put(key, bytes);
  const next = { ...progress, file: file + 1, after: last };
  await progressed(next);
  return next;
}

function keptFromMs(ports: RunPorts): number {
  const from = ports.keptFromMs();
  if (from === undefined) throw new ExportRefused('The log group was deleted.');
  return from;
}
