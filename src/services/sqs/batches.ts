/** What the batch operations have in common. (SQS API reference, SendMessageBatch and its kin.) */
import type { BatchResultErrorEntry } from '@aws-sdk/client-sqs';
import { ApiError } from '#wire';

const ENTRIES_MAX = 10;
const ID = /^[A-Za-z0-9_-]{1,80}$/;

interface Entry {
  readonly Id?: string | undefined;
}

/** @throws {ApiError} EmptyBatchRequest, TooManyEntriesInBatchRequest, InvalidBatchEntryId, BatchEntryIdsNotDistinct */
export function checkEntries<T extends Entry>(kind: string, entries: readonly T[] | undefined): readonly T[] {
  if (!entries || entries.length === 0) {
    throw new ApiError('EmptyBatchRequest', `There should be at least one ${kind} in the request.`);
  }
  if (entries.length > ENTRIES_MAX) {
    throw new ApiError(
      'TooManyEntriesInBatchRequest',
      `Maximum number of entries per request are ${ENTRIES_MAX}. You have sent ${entries.length}.`,
    );
  }
  const seen = new Set<string>();
  for (const { Id: id = '' } of entries) {
    if (!ID.test(id)) {
      throw new ApiError(
        'InvalidBatchEntryId',
        'A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.',
      );
    }
    if (seen.has(id)) throw new ApiError('BatchEntryIdsNotDistinct', `Id ${id} repeated.`);
    seen.add(id);
  }
  return entries;
}

/** An entry that failed by itself; what is no refusal fails the whole request. */
export function failedEntry({ Id: id }: Entry, error: unknown): BatchResultErrorEntry {
  if (!(error instanceof ApiError)) throw error;
  const code = error.code.replace(/Exception$/, '');
  return { Id: id, SenderFault: true, Code: code, Message: error.message };
}

/** Runs each entry; the answer has those that worked and those that did not. */
export async function eachEntry<T extends Entry>(
  entries: readonly T[],
  work: (entry: T) => Promise<void>,
): Promise<{ Successful: { Id: string | undefined }[]; Failed: BatchResultErrorEntry[] }> {
  const failures = await Promise.all(
    entries.map((entry) =>
      work(entry).then(
        () => undefined,
        (error: unknown) => failedEntry(entry, error),
      ),
    ),
  );
  return {
    Successful: entries.filter((_, at) => failures[at] === undefined).map(({ Id }) => ({ Id })),
    Failed: failures.filter((failure) => failure !== undefined),
  };
}
