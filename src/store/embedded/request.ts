/**
 * Reads a ClickHouse HTTP request: `query`, `param_<name>`, `default_format` and settings in the URL; the statement in
 * the URL with data as body, or as body, or (with its parameters) as multipart/form-data, which the client uses when
 * parameters are too long for a URL.
 */
import type { IncomingMessage } from 'node:http';
import { BODY_FILE_SETTING } from './body-files.ts';

/** A statement with its parameters; data is not counted. Bytes. */
const STATEMENT_BYTES_MAX = 16 * 1024 * 1024;

/** URL parameters of ClickHouse's HTTP interface that are no settings and mean nothing here. */
const IGNORED = new Set([
  'query_id',
  'session_id',
  'session_timeout',
  'session_check',
  'role',
  'user',
  'password',
  'quota_key',
  'enable_http_compression',
  'wait_end_of_query',
  'buffer_size',
  'compress',
  'decompress',
  'send_progress_in_http_headers',
  'http_zlib_compression_level',
]);

export interface StoreRequest {
  readonly sql: string;
  /** Whether the request's body, unread as yet, is data for an INSERT. */
  readonly hasBody: boolean;
  /** The data's file, where it was handed over as one. */
  readonly bodyFile: string | undefined;
  readonly settings: Map<string, string>;
  readonly parameters: Map<string, string>;
  readonly format: string;
  readonly queryId: string;
}

/** @throws {RangeError} when the request cannot be read; its text is for the caller */
export async function readRequest(incoming: IncomingMessage): Promise<StoreRequest> {
  const url = new URL(incoming.url ?? '/', 'http://store');
  const settings = new Map<string, string>();
  const parameters = new Map<string, string>();
  let sql = '';
  let bodyFile: string | undefined;
  let format = 'TabSeparated';
  for (const [name, value] of url.searchParams) {
    if (name === 'query') sql = value;
    else if (name === 'default_format') format = value;
    else if (name === 'database') throw new RangeError('name the database in the statement, not in the URL');
    else if (name.startsWith('param_')) parameters.set(name.slice('param_'.length), value);
    else if (name === BODY_FILE_SETTING) bodyFile = value;
    else if (!IGNORED.has(name)) settings.set(name, value);
  }
  const encoding = incoming.headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity')
    throw new RangeError(`content encoding ${encoding} is not supported`);
  const hasBody = sql !== '' && incoming.method === 'POST' && bodyMayFollow(incoming);
  if (sql === '') {
    const body = await readText(incoming);
    const boundary = /^multipart\/form-data;\s*boundary=(\S+)$/i.exec(incoming.headers['content-type'] ?? '')?.[1];
    sql = boundary === undefined ? body : readParts(body, boundary, parameters);
  }
  return { sql, hasBody, bodyFile, settings, parameters, format, queryId: url.searchParams.get('query_id') ?? '' };
}

function bodyMayFollow(incoming: IncomingMessage): boolean {
  if (incoming.headers['transfer-encoding'] !== undefined) return true;
  return Number(incoming.headers['content-length'] ?? 0) > 0;
}

async function readText(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  const arriving: AsyncIterable<Buffer> = incoming.iterator({ destroyOnReturn: false });
  for await (const chunk of arriving) {
    size += chunk.length;
    if (size > STATEMENT_BYTES_MAX) throw new RangeError(`the statement is longer than ${STATEMENT_BYTES_MAX} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

/** Form fields: `query` is the statement, `param_<name>` its parameters. Gives the statement. */
function readParts(body: string, boundary: string, parameters: Map<string, string>): string {
  let sql = '';
  for (const part of body.split(`--${boundary}`)) {
    const match = /^\r\nContent-Disposition: form-data; name="([^"]+)"\r\n\r\n([\s\S]*)\r\n$/.exec(part);
    if (!match) continue;
    const [, name = '', value = ''] = match;
    if (name === 'query') sql = value;
    else if (name.startsWith('param_')) parameters.set(name.slice('param_'.length), value);
    else throw new RangeError('a form field is neither query nor param_');
  }
  return sql;
}
