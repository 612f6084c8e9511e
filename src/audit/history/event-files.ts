/**
 * Events as files, made while they are read: a page of events is in memory at a time, and the next one is read when the
 * receiver has taken it.
 */
import type { AuditEventRow } from '#store';

export type EventFormat = 'json' | 'ndjson' | 'csv';

/** Pages of events, as the history gives them. */
type Pages = AsyncGenerator<readonly AuditEventRow[], void, void>;

export interface EventFile {
  readonly contentType: string;
  readonly body: AsyncIterable<Uint8Array>;
}

interface Form {
  readonly contentType: string;
  readonly head: string;
  /** What stands between two events. */
  readonly between: string;
  readonly tail: string;
  readonly textOf: (event: AuditEventRow) => string;
}

const COLUMNS: readonly (readonly [name: string, valueOf: (event: AuditEventRow) => string])[] = [
  ['eventTime', ({ timestampMs }) => new Date(timestampMs).toISOString()],
  ['eventId', ({ eventId }) => eventId],
  ['eventName', ({ eventName }) => eventName],
  ['eventSource', ({ eventSource }) => eventSource],
  ['awsRegion', ({ region }) => region],
  ['username', ({ username }) => username],
  ['identityArn', ({ identityArn }) => identityArn],
  ['accessKeyId', ({ accessKeyId }) => accessKeyId],
  ['sourceIPAddress', ({ sourceIp }) => sourceIp],
  ['readOnly', ({ readOnly }) => String(readOnly)],
  ['eventCategory', ({ category }) => category],
  ['errorCode', ({ errorCode }) => errorCode],
  ['requestId', ({ requestId }) => requestId],
  ['resources', ({ resources }) => resources.map(({ name }) => name).join(' ')],
  ['record', ({ record }) => record],
];
const LINE_END = '\r\n';

const FORMS: Readonly<Record<EventFormat, Form>> = {
  // As in the files of trails, so that what reads those reads this.
  json: {
    contentType: 'application/json',
    head: '{"Records":[',
    between: ',',
    tail: ']}\n',
    textOf: ({ record }) => record,
  },
  ndjson: {
    contentType: 'application/x-ndjson',
    head: '',
    between: '',
    tail: '',
    textOf: ({ record }) => `${record}\n`,
  },
  csv: {
    contentType: 'text/csv; charset=utf-8; header=present',
    head: COLUMNS.map(([name]) => name).join(',') + LINE_END,
    between: '',
    tail: '',
    textOf: (event) => COLUMNS.map(([, valueOf]) => csvCell(valueOf(event))).join(',') + LINE_END,
  },
};

export function isEventFormat(text: string): text is EventFormat {
  return Object.hasOwn(FORMS, text);
}

/**
 * All events of the pages in one file.
 * @returns once the first page has been read, so that what fails before is an answer and not a file cut short
 * @throws what reading the first page throws
 */
export async function eventFile(format: EventFormat, pages: Pages, signal: AbortSignal): Promise<EventFile> {
  const form = FORMS[format];
  const first = await pages.next();
  return { contentType: form.contentType, body: written(form, first.value ?? [], pages, signal) };
}

async function* written(
  { head, between, tail, textOf }: Form,
  first: readonly AuditEventRow[],
  pages: Pages,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, void> {
  const textOfPage = (page: readonly AuditEventRow[]): string => page.map((event) => textOf(event)).join(between);
  try {
    let isEmpty = first.length === 0;
    yield Buffer.from(head + textOfPage(first));
    for await (const page of pages) {
      if (signal.aborted) return;
      if (page.length === 0) continue;
      yield Buffer.from((isEmpty ? '' : between) + textOfPage(page));
      isEmpty = false;
    }
    yield Buffer.from(tail);
  } finally {
    await pages.return();
  }
}

/** RFC 4180; what a spreadsheet would take for a formula gets an apostrophe before it. (OWASP, "CSV Injection".) */
export function csvCell(value: string): string {
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
