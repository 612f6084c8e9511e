import { ApiError } from '#wire';

/** IAM's default page. */
const ITEMS_DEFAULT = 100;

export interface Page<T> {
  readonly items: readonly T[];
  readonly IsTruncated: boolean;
  readonly Marker: string | undefined;
}

/**
 * One page of items that are sorted by `keyOf`. The marker holds the key of the last item given, so that paging goes
 * on in the right place when items come and go between pages.
 * @throws {ApiError} ValidationError for a marker that is none of ours
 */
export function pageOf<T>(
  sorted: readonly T[],
  keyOf: (item: T) => string,
  { Marker, MaxItems }: { Marker?: string | undefined; MaxItems?: number | undefined },
): Page<T> {
  const after = Marker === undefined ? undefined : readMarker(Marker);
  const from = after === undefined ? 0 : firstAfter(sorted, keyOf, after);
  const items = sorted.slice(from, from + (MaxItems ?? ITEMS_DEFAULT));
  const last = items.at(-1);
  const truncated = last !== undefined && from + items.length < sorted.length;
  return { items, IsTruncated: truncated, Marker: truncated ? marker(keyOf(last)) : undefined };
}

/** The place of the first item whose key comes after `key`, found by halving: an account may have ten thousand users. */
function firstAfter<T>(sorted: readonly T[], keyOf: (item: T) => string, key: string): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const item = sorted[middle];
    if (item !== undefined && keyOf(item) <= key) low = middle + 1;
    else high = middle;
  }
  return low;
}

function marker(key: string): string {
  return Buffer.from(JSON.stringify([key])).toString('base64');
}

function readMarker(text: string): string {
  try {
    const [key]: unknown[] = JSON.parse(Buffer.from(text, 'base64').toString());
    if (typeof key === 'string') return key;
  } catch {
    // Told below.
  }
  throw new ApiError('ValidationError', 'Invalid Marker.', { status: 400 });
}
