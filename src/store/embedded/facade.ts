/**
 * A thin ClickHouse HTTP interface over the engine, on a unix socket inside a directory that only the server's user may
 * enter; every request must carry the token that the supervisor made, as the password of basic authentication.
 *
 * Does: GET /ping; POST / with a statement, settings, bound parameters; SELECT streamed; INSERT with a body, or with the name
 * of a file that holds it; one statement a request; exceptions with code, before or in the middle of an answer; a query whose
 * client goes away is killed. Does not: sessions, temporary tables, compression, progress headers, users.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { EngineSession } from './engine-session.ts';
import type { Engine } from './engine.ts';
import { asException, exceptionTrailer } from './exception.ts';
import { readRequest, type StoreRequest } from './request.ts';
import { handedBody, spoolBody } from './spool.ts';
import { quoteString } from './sql-text.ts';
import { classifyStatement, type Statement } from './statement.ts';

/** One INSERT's data, bytes. */
const INSERT_BYTES_MAX = 1024 * 1024 * 1024;
/** URL and headers, bytes: parameters longer than 4 KB come as multipart. */
const HEADER_BYTES_MAX = 128 * 1024;
/** How long a request may take to arrive, milliseconds. */
const REQUEST_ARRIVAL_MS = 300_000;

export interface FacadeOptions {
  readonly token: string;
  /** Where INSERT bodies wait: on the data's own file system. */
  readonly spoolDirectory: string;
}

/** Makes the server; the caller listens and closes. */
export function createFacade(engine: Engine, options: FacadeOptions): Server {
  const expected = Buffer.from(`Basic ${Buffer.from(`varve:${options.token}`).toString('base64')}`);
  const server = createServer({ maxHeaderSize: HEADER_BYTES_MAX, requestTimeout: REQUEST_ARRIVAL_MS });
  server.on('request', (incoming, answer) => {
    incoming.on('error', () => undefined);
    answer.on('error', () => undefined);
    if (!isAuthorized(incoming, expected)) return refuse(incoming, answer);
    if (incoming.method === 'GET' && incoming.url === '/ping') return void answer.end('Ok.\n');
    void serve(engine, options, incoming, answer).catch((error: unknown) => fail(incoming, answer, error));
  });
  return server;
}

function isAuthorized(incoming: IncomingMessage, expected: Buffer): boolean {
  const given = Buffer.from(incoming.headers.authorization ?? '');
  return given.length === expected.length && timingSafeEqual(given, expected);
}

function refuse(incoming: IncomingMessage, answer: ServerResponse): void {
  incoming.resume();
  answer.writeHead(403, { 'X-ClickHouse-Exception-Code': '516' });
  answer.end('Code: 516. DB::Exception: Authentication failed. (AUTHENTICATION_FAILED)');
}

async function serve(
  engine: Engine,
  options: FacadeOptions,
  incoming: IncomingMessage,
  answer: ServerResponse,
): Promise<void> {
  const request = await readRequest(incoming);
  const statement = classifyStatement(request.sql, request.hasBody || request.bodyFile !== undefined);
  if (statement.kind === 'insert') return serveInsert(engine, options, incoming, request, statement, answer);
  if (statement.kind === 'command') await refuseSecondStatement(engine, request, statement.sql);
  await engine.withSession(request, async (session) => {
    using _ = stopWhenGone(session, answer);
    if (statement.kind === 'query') return await serveQuery(request, session, statement.sql, answer);
    const bytes = await session.run(statement.sql);
    writeHead(answer, request);
    answer.end(bytes);
  });
}

/** Kills the session's query when the client goes away before it has its answer. */
function stopWhenGone(session: EngineSession, answer: ServerResponse): Disposable {
  const stop = (): void => {
    if (!answer.writableFinished) session.stop();
  };
  if (answer.destroyed) stop();
  answer.on('close', stop);
  return { [Symbol.dispose]: () => answer.off('close', stop) };
}

async function serveQuery(
  request: StoreRequest,
  session: EngineSession,
  sql: string,
  answer: ServerResponse,
): Promise<void> {
  const tag = randomBytes(8).toString('hex');
  try {
    for await (const chunk of session.stream(sql)) {
      // The head waits for the first rows, so that most failures still get a status of their own.
      if (!answer.headersSent) writeHead(answer, request, tag);
      if (!answer.write(chunk)) await drained(answer);
    }
  } catch (error) {
    if (!answer.headersSent) throw error;
    // After the trailer the connection is broken off, so that clients that know no trailers fail too.
    answer.write(exceptionTrailer(tag, asException(error).text), () => answer.destroy());
    return;
  }
  if (!answer.headersSent) writeHead(answer, request, tag);
  answer.end();
}

/** Waits until the client has taken what was written, or has gone. */
async function drained(answer: ServerResponse): Promise<void> {
  if (answer.destroyed) return;
  const either = new AbortController();
  const { signal } = either;
  await Promise.race([once(answer, 'drain', { signal }), once(answer, 'close', { signal })]).finally(() =>
    either.abort(),
  );
}

/**
 * The engine runs all statements of a text, except in a streamed query, where it refuses a second one; a single
 * statement that gives no stream it refuses too, in other words and before running it. So it is asked that way first.
 */
async function refuseSecondStatement(engine: Engine, request: StoreRequest, sql: string): Promise<void> {
  const nothing = { settings: new Map<string, string>(), parameters: request.parameters, format: request.format };
  try {
    await engine.withSession(nothing, async (session) => {
      for await (const _ of session.stream(sql)) break;
    });
  } catch (error) {
    if (!/Streaming query is not supported/.test((error as Error).message)) throw error;
  }
}

async function serveInsert(
  engine: Engine,
  options: FacadeOptions,
  incoming: IncomingMessage,
  request: StoreRequest,
  insert: Statement & { kind: 'insert' },
  answer: ServerResponse,
): Promise<void> {
  const { spoolDirectory } = options;
  await using body =
    request.bodyFile === undefined
      ? await spoolBody(incoming, spoolDirectory, INSERT_BYTES_MAX)
      : await handedBody(spoolDirectory, request.bodyFile);
  if (body.sizeBytes > 0) {
    request.settings.set('use_structure_from_insertion_table_in_table_functions', '1');
    const source = `file(${quoteString(body.path)}, ${quoteString(insert.format)})`;
    await engine.withSession(request, async (session) => {
      using _ = stopWhenGone(session, answer);
      await session.run(`INSERT INTO ${insert.target} ${insert.columns} SELECT * FROM ${source}`);
    });
  }
  writeHead(answer, request);
  answer.end();
}

function writeHead(answer: ServerResponse, request: StoreRequest, tag?: string): void {
  answer.writeHead(200, {
    'Content-Type': 'application/octet-stream',
    'X-ClickHouse-Format': request.format,
    'X-ClickHouse-Query-Id': request.queryId.replace(/[^\w-]/g, ''),
    'X-ClickHouse-Summary': '{}',
    ...(tag === undefined ? {} : { 'X-ClickHouse-Exception-Tag': tag }),
  });
}

function fail(incoming: IncomingMessage, answer: ServerResponse, error: unknown): void {
  const exception = asException(error);
  if (answer.headersSent || answer.destroyed) return void answer.destroy();
  // What is left of the data is read and dropped: a client that cannot finish writing would not see the answer.
  incoming.resume();
  answer.writeHead(exception.status, { 'X-ClickHouse-Exception-Code': String(exception.code) });
  answer.end(exception.text);
}
