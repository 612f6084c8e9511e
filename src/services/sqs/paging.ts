import { invalidQueueParameter, invalidQueueValue } from '#queues';

const PAGE_MAX = 1_000;

interface Page<T> {
  readonly items: readonly T[];
  readonly nextToken?: string;
}

/**
 * A page of queues that are sorted by name. Without MaxResults there are 1,000 and no token. (API reference, ListQueues.)
 * @throws {ApiError} InvalidParameterValue
 */
export function pageOf<T extends { readonly name: string }>(
  sorted: readonly T[],
  maxResults: number | undefined,
  token: string | undefined,
): Page<T> {
  if (maxResults !== undefined && (maxResults < 1 || maxResults > PAGE_MAX)) {
    throw invalidQueueValue(maxResults, 'MaxResults', `MaxResults must be an integer between 1 and ${PAGE_MAX}.`);
  }
  const after = token === undefined ? undefined : readToken(token);
  const rest = after === undefined ? sorted : sorted.filter(({ name }) => name > after);
  const items = rest.slice(0, maxResults ?? PAGE_MAX);
  const last = items.at(-1);
  if (maxResults === undefined || !last || rest.length <= items.length) return { items };
  return { items, nextToken: Buffer.from(`queue:${last.name}`).toString('base64url') };
}

function readToken(token: string): string {
  const text = token.length <= 200 ? Buffer.from(token, 'base64url').toString() : '';
  if (!text.startsWith('queue:')) throw invalidQueueParameter('Invalid or expired next token.');
  return text.slice('queue:'.length);
}
