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
  const rest = after === undefined ? sorted : sorted.filter((item) => keyOf(item) > after);
  const items = rest.slice(0, MaxItems ?? ITEMS_DEFAULT);
  const last = items.at(-1);
  const truncated = last !== undefined && items.length < rest.length;
  return { items, IsTruncated: truncated, Marker: truncated ? marker(keyOf(last)) : undefined };
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
