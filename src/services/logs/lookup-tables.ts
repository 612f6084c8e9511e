/** Lookup tables of Logs Insights: their ARNs, where their content comes from, their errors. */
import { logErrors, type Scope } from '#log-groups';
import { LookupTableRefused, type LookupTableView, type Queries, WrongCsv } from '#queries';
import { ApiError } from '#wire';
import { found } from './operations/get-query-results.ts';

const ARN = /^arn:aws:logs:([^:]+):(\d{12}):lookup-table:([A-Za-z0-9_]{1,256})$/;

export function lookupTableArn({ accountId, region }: Scope, name: string): string {
  return `arn:aws:logs:${region}:${accountId}:lookup-table:${name}`;
}

/** The name in a table's ARN; undefined for other text and for tables of other accounts and Regions. */
export function nameOfTableArn(scope: Scope, arn: string): string | undefined {
  const [, region, accountId, name] = ARN.exec(arn) ?? [];
  return region === scope.region && accountId === scope.accountId ? name : undefined;
}

/** The name in a table's ARN. @throws {ApiError} ResourceNotFoundException for those of other accounts and Regions */
export function lookupTableName(scope: Scope, arn: string): string {
  if (!ARN.test(arn)) throw logErrors.invalidParameter('The specified lookup table ARN is invalid.');
  const name = nameOfTableArn(scope, arn);
  if (name === undefined) throw tableNotFound();
  return name;
}

export const tableNotFound = (): ApiError =>
  new ApiError('ResourceNotFoundException', 'The specified lookup table does not exist.');

/** The table in the request, or the results of the query it names; undefined for neither. */
export function contentOf(
  scope: Scope,
  queries: Queries,
  { tableBody, queryId }: { readonly tableBody?: string | undefined; readonly queryId?: string | undefined },
): string | undefined {
  if (tableBody !== undefined && queryId !== undefined) {
    throw logErrors.invalidParameter('Only one of tableBody and queryId may be specified.');
  }
  if (queryId === undefined) return tableBody;
  const { status, columns, rows } = found(() => queries.get(scope, queryId));
  if (status !== 'Complete' && status !== 'Cancelled') {
    throw logErrors.invalidParameter('The specified query is neither completed nor cancelled.');
  }
  const lines = [columns, ...rows].map((row) => row.map(cellText).join(','));
  return `${lines.join('\n')}\n`;
}

function cellText(value: string | null): string {
  return `"${(value ?? '').replaceAll('"', '""')}"`;
}

/** Runs a change of a table, with its refusals as AWS's errors. */
export async function changed(work: () => Promise<LookupTableView>): Promise<LookupTableView> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof WrongCsv) throw logErrors.invalidParameter(`The table is no valid CSV. ${error.message}`);
    if (!(error instanceof LookupTableRefused)) throw error;
    switch (error.reason) {
      case 'exists':
        throw new ApiError('ResourceAlreadyExistsException', 'The specified lookup table already exists');
      case 'not-found':
        throw tableNotFound();
      case 'too-many':
        throw logErrors.limitExceeded();
      case 'too-large':
        throw logErrors.invalidParameter('A lookup table has 10 MB (10,485,760 bytes) at most.');
    }
  }
}
