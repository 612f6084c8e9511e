/** How failures are told: in the words, codes, statuses and headers of a ClickHouse server, which `@clickhouse/client` reads. */
import { StatementRefused } from './statement.ts';

export interface EngineException {
  readonly code: number;
  /** `Code: 60. DB::Exception: … (UNKNOWN_TABLE)` */
  readonly text: string;
  readonly status: number;
}

const SYNTAX_ERROR = 62;
const UNKNOWN_EXCEPTION = 1002;
/** Statuses that differ from 500, as ClickHouse's HTTP handler gives them. */
const STATUS: Readonly<Record<number, number>> = {
  6: 400,
  16: 404,
  26: 400,
  27: 400,
  33: 400,
  36: 400,
  47: 404,
  53: 400,
  60: 404,
  62: 400,
  81: 404,
  115: 404,
  117: 400,
  394: 499,
  457: 400,
};

const NOT_ENOUGH_SPACE = 243;
const NO_SPACE_ERRNOS = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

/** Whether a file system's error says that nothing more can be written. */
export function isNoSpace(error: unknown): boolean {
  return NO_SPACE_ERRNOS.has((error as NodeJS.ErrnoException).code ?? '');
}

/** Turns whatever was thrown into a ClickHouse exception. */
export function asException(error: unknown): EngineException {
  const message = error instanceof Error ? error.message : String(error);
  if (isNoSpace(error)) {
    const text = `Code: ${NOT_ENOUGH_SPACE}. DB::Exception: ${message}. (NOT_ENOUGH_SPACE)`;
    return { code: NOT_ENOUGH_SPACE, text, status: 500 };
  }
  const refused = error instanceof StatementRefused || error instanceof RangeError;
  const code = refused ? SYNTAX_ERROR : Number(/^Code:\s*(\d+)/.exec(message)?.[1] ?? UNKNOWN_EXCEPTION);
  const name = refused ? 'SYNTAX_ERROR' : 'UNKNOWN_EXCEPTION';
  const text = message.startsWith('Code:') ? message : `Code: ${code}. DB::Exception: ${message}. (${name})`;
  return { code, text, status: STATUS[code] ?? 500 };
}

/**
 * The trailer that tells of a failure after rows have been sent: `\r\n__exception__\r\n<tag>\r\n<text>\n<length> <tag>\r\n__exception__\r\n`,
 * where the length counts the text with its newline, and the tag is the X-ClickHouse-Exception-Tag header of the same answer.
 */
export function exceptionTrailer(tag: string, text: string): Buffer {
  const line = `${text}\n`;
  return Buffer.from(`\r\n__exception__\r\n${tag}\r\n${line}${Buffer.byteLength(line)} ${tag}\r\n__exception__\r\n`);
}
