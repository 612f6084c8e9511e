import type { AccountFolder } from './types.ts';

/** Times that are looked at, milliseconds since the epoch; both inclusive. */
export interface TimeRange {
  readonly fromMs: number;
  readonly toMs: number;
}

const DAY_MS = 24 * 3_600_000;
/** `YYYY/MM/DD`, and a few more for what somebody has put there. */
const DEPTH_MAX = 8;

/**
 * The folders below one, with the names of their files, in the order of paths: `YYYY/MM/DD` is the order of time. Days out of
 * the range are passed over.
 */
export async function* walk(
  folder: AccountFolder,
  path: string,
  range: TimeRange,
  dates: readonly string[] = [],
): AsyncGenerator<{ readonly path: string; readonly files: readonly string[] }> {
  const files = await folder.files(path);
  if (files.length > 0) yield { path, files: files.sort() };
  if (dates.length >= DEPTH_MAX) return;
  for (const name of (await folder.folders(path)).sort()) {
    const below = [...dates, name];
    if (mayHold(below, range)) yield* walk(folder, `${path}/${name}`, range, below);
  }
}

/** Whether a folder of a year, month or day can have times of the range; true for any other. */
function mayHold(dates: readonly string[], { fromMs, toMs }: TimeRange): boolean {
  const [year = '', month = '01', day = '01'] = dates;
  const firstMs = Date.parse(`${year}-${month}-${day}T00:00:00Z`);
  if (Number.isNaN(firstMs) || dates.length > 3) return true;
  const first = new Date(firstMs);
  const nextMs =
    dates.length === 1
      ? Date.UTC(first.getUTCFullYear() + 1, 0)
      : dates.length === 2
        ? Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1)
        : firstMs + DAY_MS;
  return firstMs <= toMs && nextMs > fromMs;
}
