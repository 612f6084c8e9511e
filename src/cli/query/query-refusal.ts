import { type CloudWatchLogsClient, MalformedQueryException } from '@aws-sdk/client-cloudwatch-logs';
import { OperationalError } from '#base';
import { missingGroup } from '../missing-group.ts';
import { codeOf, refusal } from '../refusals.ts';
import type { Output } from '../terminal/output.ts';
import { pointedAt } from './malformed.ts';

interface Asked {
  readonly text: string;
  readonly groups: readonly string[];
  readonly address: { readonly endpoint: string };
}

/** What is to be thrown for a query that was refused or failed: in words, with the place in the query where there is one. */
export async function wordRefusal(
  error: unknown,
  { text, groups, address }: Asked,
  client: CloudWatchLogsClient,
  output: Output,
): Promise<unknown> {
  if (error instanceof MalformedQueryException) {
    const { startCharOffset: start, endCharOffset: end } = error.queryCompileError?.location ?? {};
    const where =
      start === undefined
        ? ''
        : pointedAt(text, { start, end: end ?? start + 1 }, (carets) => output.coloured('red', carets));
    return new OperationalError('malformed-query', error.message, where, { cause: error });
  }
  const missing =
    codeOf(error) === 'ResourceNotFoundException'
      ? await missingGroup(client, groups.length > 0 ? groups : named(error))
      : undefined;
  return missing ?? refusal(error, address.endpoint);
}

/** The group that SOURCE names stands in AWS's sentence only. */
function named(error: unknown): string[] {
  const [, name] = /'([^']+)'/.exec((error as Error).message) ?? [];
  return name === undefined ? [] : [name];
}
