/**
 * Which statements the store process runs, and how. The engine's own parser judges the text (one statement only: a
 * streamed query refuses a second one); this file keeps away the forms in which libchdb 3.4 mistakes data for SQL or
 * loses it in silence:
 * - data behind an INSERT's text: a blank line ends it and what follows is executed;
 * - `INSERT … SELECT … FROM input(…)`: reports success and inserts nothing;
 * - `INTO OUTFILE`: writes files even when read-only.
 * Data comes as a request body only, and is read by the engine from a file.
 */
import { withoutLiterals } from './sql-text.ts';

/** A statement that may not run, in the words a caller sees; becomes ClickHouse's SYNTAX_ERROR. */
export class StatementRefused extends Error {
  override readonly name = 'StatementRefused';
}

export type Statement =
  /** Rows come back; streamed. */
  | { readonly kind: 'query'; readonly sql: string }
  /** Runs whole; its small answer comes back at once. */
  | { readonly kind: 'command'; readonly sql: string }
  /** Rows come in the request's body. */
  | { readonly kind: 'insert'; readonly target: string; readonly columns: string; readonly format: string };

const QUERY_WORDS = new Set(['SELECT', 'WITH', '(']);
const COMMAND_WORDS = new Set([
  'ALTER',
  'CHECK',
  'CREATE',
  'DELETE',
  'DESC',
  'DESCRIBE',
  'DROP',
  'EXISTS',
  'EXPLAIN',
  'KILL',
  'OPTIMIZE',
  'RENAME',
  'SHOW',
  'SYSTEM',
  'TRUNCATE',
]);

const IDENTIFIER = '(?:[A-Za-z_][A-Za-z0-9_]*|`[^`\\\\]*`)';
const TABLE = `${IDENTIFIER}(?:\\.${IDENTIFIER})?`;
const COLUMNS = `\\(\\s*${IDENTIFIER}(?:\\s*,\\s*${IDENTIFIER})*\\s*\\)`;
const INSERT_WITH_BODY = new RegExp(
  `^INSERT\\s+INTO\\s+(?:TABLE\\s+)?(${TABLE})\\s*(${COLUMNS})?\\s*FORMAT\\s+([A-Za-z][A-Za-z0-9]*)\\s*;?$`,
  'i',
);
const INSERT_SELECT = new RegExp(
  `^INSERT\\s+INTO\\s+(?:TABLE\\s+)?${TABLE}\\s*(?:${COLUMNS})?\\s*(?:SELECT|WITH)\\b`,
  'i',
);

/**
 * Classes a statement.
 * @param hasBody whether the request brings data beside the statement
 * @throws {StatementRefused}
 */
export function classifyStatement(text: string, hasBody: boolean): Statement {
  const sql = text.trim();
  const bare = withoutLiterals(sql).trim();
  const first = (/^\(|^[A-Za-z]+/.exec(bare)?.[0] ?? '').toUpperCase();
  if (/\bINTO\s+OUTFILE\b/i.test(bare)) throw new StatementRefused('INTO OUTFILE is not supported');
  if (first === 'INSERT') return classifyInsert(sql, bare, hasBody);
  if (hasBody) throw new StatementRefused('only an INSERT takes data');
  if (QUERY_WORDS.has(first)) return { kind: 'query', sql };
  if (COMMAND_WORDS.has(first)) return { kind: 'command', sql };
  throw new StatementRefused(`a statement cannot begin with "${first.slice(0, 32)}"`);
}

function classifyInsert(sql: string, bare: string, hasBody: boolean): Statement {
  if (hasBody) {
    const match = INSERT_WITH_BODY.exec(sql);
    if (!match) throw new StatementRefused('an INSERT with data must read INSERT INTO table [(columns)] FORMAT name');
    return { kind: 'insert', target: match[1] ?? '', columns: match[2] ?? '', format: match[3] ?? '' };
  }
  if (!INSERT_SELECT.test(bare)) {
    throw new StatementRefused('the data of an INSERT must be the body of the request, not part of the statement');
  }
  if (/\binput\s*\(/i.test(bare)) throw new StatementRefused('INSERT … FROM input() would insert nothing');
  return { kind: 'command', sql };
}
