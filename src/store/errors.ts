/** What a failed statement means: try again later, mend the data, or tell the operator. */
import { ClickHouseError } from '@clickhouse/client';
import { OperationalError } from '#base';

/**
 * ClickHouse's codes for data that it cannot read or convert: 6, 26 and 27 cannot parse, 32 and 33 ended early, 38 and 41
 * dates, 53 type mismatch, 69 and 117 value out of bounds or incorrect, 72 number, 131 too large string, 158 too many …
 * A statement that fails so fails again with the same data.
 */
const DATA_CODES = new Set(['6', '26', '27', '32', '33', '38', '41', '53', '69', '72', '117', '131', '190', '349']);
/** Too many bytes or rows for the limits of one query, too long, out of memory, cancelled: the query's own fault or fate. */
const LIMIT_CODES = new Set(['158', '159', '160', '241', '307', '394', '396']);
const NO_SPACE_CODES = new Set(['243']);
/** Refused by the server because of who asks: 192–194, 497, 516. */
const ACCESS_CODES = new Set(['192', '193', '194', '497', '516']);

/** About statements and definitions, which are ours: the text of these failures holds no data. */
const STATEMENT_CODES = new Set([
  '16',
  '36',
  '42',
  '43',
  '44',
  '46',
  '47',
  '48',
  '57',
  '60',
  '62',
  '81',
  '115',
  '225',
  '386',
]);
const STATEMENT_TEXT_MAX = 400;

/** Whether the engine refused the data itself. */
export function isDataError(error: unknown): boolean {
  return error instanceof ClickHouseError && DATA_CODES.has(error.code);
}

/** Whether nobody answered: the server or store process is away, and what it did is unknown. */
export function isUnreachable(error: unknown): boolean {
  return !(error instanceof ClickHouseError) && !(error instanceof OperationalError);
}

/**
 * Turns a client's error into an operator's. The engine's own text may quote data, so only its code and type are kept.
 * @param doing what was being done, as in "reading log events"
 */
export function storeError(doing: string, error: unknown): OperationalError {
  if (error instanceof OperationalError) return error;
  if (!(error instanceof ClickHouseError)) {
    const { code, name } = error as NodeJS.ErrnoException;
    const timedOut = name === 'TimeoutError' || /timeout|aborted/i.test((error as Error).message);
    const what = timedOut ? 'did not answer in time' : `does not answer (${code ?? name})`;
    return new OperationalError('store-unavailable', `the store ${what} while ${doing}`, REMEDY_AWAY, { cause: error });
  }
  const text = STATEMENT_CODES.has(error.code) ? `: ${error.message.slice(0, STATEMENT_TEXT_MAX)}` : '';
  const what = `the store failed while ${doing}: ${error.type ?? 'error'} (code ${error.code})${text}`;
  if (NO_SPACE_CODES.has(error.code)) {
    return new OperationalError('store-disk-full', what, 'Free space on the disk of the store.');
  }
  if (ACCESS_CODES.has(error.code)) {
    const remedy = 'Check the user and password of the store URL, and its rights on the database varve.';
    return new OperationalError('store-access-denied', what, remedy);
  }
  if (LIMIT_CODES.has(error.code)) {
    const remedy = 'Ask for less at once, or give the store more memory (store memory in the configuration).';
    return new OperationalError('store-query-limit', what, remedy);
  }
  return new OperationalError('store-query-failed', what, 'If it stays so, report it.');
}

const REMEDY_AWAY =
  'It is tried again by itself; if it stays so, see the log of the store process, or check the store URL.';
