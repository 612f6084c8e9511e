import { invalidTopicParameter } from '#topics';

/** (SNS API reference, ListTopics and ListSubscriptions.) */
const PAGE = 100;
const PREFIX = 'after:';

/**
 * A page of items that are sorted by `keyOf`.
 * @throws {ApiError} InvalidParameter for a token that is none of ours
 */
export function pageOf<T>(
  sorted: readonly T[],
  keyOf: (item: T) => string,
  token: string | undefined,
): { readonly items: readonly T[]; readonly nextToken: string | undefined } {
  const after = token === undefined || token === '' ? undefined : readToken(token);
  const rest = after === undefined ? sorted : sorted.filter((item) => keyOf(item) > after);
  const items = rest.slice(0, PAGE);
  const last = items.at(-1);
  const isLast = last === undefined || rest.length === items.length;
  return { items, nextToken: isLast ? undefined : Buffer.from(PREFIX + keyOf(last)).toString('base64url') };
}

function readToken(token: string): string {
  const text = token.length <= 1_000 ? Buffer.from(token, 'base64url').toString() : '';
  if (!text.startsWith(PREFIX)) throw invalidTopicParameter('NextToken');
  return text.slice(PREFIX.length);
}
