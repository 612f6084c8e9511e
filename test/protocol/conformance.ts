/**
 * Runs Smithy's official protocol cases against the wire layer. A case gives a difference (a text) or undefined;
 * bodies are compared by meaning (JSON, XML, CBOR), headers as a subset.
 */
import { isDeepStrictEqual } from 'node:util';
import {
  ApiError,
  type RequestHead,
  type Route,
  Router,
  type ServiceFile,
  type ServiceName,
  ServiceSchema,
} from '#wire';
import { decodeCborItem } from '../../src/wire/cbor/decode.ts';
import { decodeUnchecked, encodeError, encodeResponse } from '../../src/wire/dispatch.ts';
import { parseXml, type XmlElement } from '../../src/wire/xml/parse.ts';
import { valueOfParams } from './vector-files.ts';

export interface RequestCase {
  readonly op: string;
  readonly id: string;
  readonly method: string;
  readonly uri: string;
  readonly queryParams?: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly bodyMediaType?: string;
  readonly host?: string;
  readonly resolvedHost?: string;
  readonly params?: Record<string, unknown>;
}
export interface ResponseCase {
  readonly op: string;
  readonly id: string;
  readonly code: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly forbidHeaders?: readonly string[];
  readonly requireHeaders?: readonly string[];
  readonly body?: string;
  readonly bodyMediaType?: string;
  readonly params?: Record<string, unknown>;
  /** The error's shape, in cases of errors. */
  readonly error?: string;
}
export interface MalformedCase {
  readonly op: string;
  readonly id: string;
  readonly request: Omit<RequestCase, 'op' | 'id'>;
  readonly response: {
    readonly code: number;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: { readonly assertion?: { readonly contents?: string } };
  };
}
export interface VectorCases {
  readonly request: readonly RequestCase[];
  readonly response: readonly ResponseCase[];
  readonly error: readonly ResponseCase[];
  readonly malformed: readonly MalformedCase[];
}

const REQUEST_ID = 'requestid';

/** One vector file, ready to run. */
export class Suite {
  readonly service: ServiceSchema;
  readonly router: Router;
  readonly #serviceName: ServiceName;

  constructor(file: ServiceFile) {
    this.service = new ServiceSchema(file);
    this.#serviceName = file.protocol === 'restXml' ? 's3' : file.protocol === 'awsQuery' ? 'iam' : 'logs';
    this.router = new Router([{ name: this.#serviceName, schema: this.service }]);
  }

  /** Routes and decodes: the operation must be found and the input be what the case says. */
  request(vector: RequestCase): string | undefined {
    const head = headOf(vector, this.service);
    const body = bodyOf(vector, this.service.protocol);
    const route = this.#route(head, body);
    if (route.operation.name !== vector.op) return `routed to ${route.operation.name}`;
    const input = decodeUnchecked(route, head, body, { payload: 'read' });
    const wanted = valueOfParams(route.operation.input, vector.params ?? {});
    return isDeepStrictEqual(plain(input), plain(wanted)) ? undefined : `decoded ${show(input)}, not ${show(wanted)}`;
  }

  response(vector: ResponseCase): string | undefined {
    const route = this.routeTo(vector.op);
    const output = valueOfParams(route.operation.output, vector.params ?? {}) as Record<string, unknown>;
    return differences(vector, encodeResponse(route, output, REQUEST_ID));
  }

  error(vector: ResponseCase): string | undefined {
    const route = this.routeTo(vector.op);
    const name = vector.error ?? '';
    const shape = this.service.error(name);
    const members = shape ? (valueOfParams(shape, vector.params ?? {}) as Record<string, unknown>) : {};
    const { message, Message, ...others } = members;
    const error = new ApiError(name, String(message ?? Message ?? ''), { members: others });
    return differences(vector, encodeError(route, { method: 'POST', target: '/', headers: {} }, error, REQUEST_ID));
  }

  /** Decodes a malformed request and compares the error's answer; `check` does the validation. */
  malformed(vector: MalformedCase, check: (route: Route, input: Record<string, unknown>) => void): string | undefined {
    const head = headOf({ ...vector.request, op: vector.op, id: vector.id }, this.service);
    const body = Buffer.from(vector.request.body ?? '');
    try {
      const route = this.#route(head, body);
      check(route, decodeUnchecked(route, head, body, { payload: 'read' }));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      const answer = encodeError(this.routeTo(vector.op), head, error, REQUEST_ID);
      const contents = vector.response.body?.assertion?.contents;
      // Smithy's templates write "$$" for "$".
      const wanted =
        contents === undefined ? {} : { body: contents.replaceAll('$$', () => '$'), bodyMediaType: 'application/json' };
      const { op, id } = vector;
      return differences(
        { op, id, code: vector.response.code, headers: vector.response.headers ?? {}, ...wanted },
        answer,
      );
    }
    return 'was accepted';
  }

  #route(head: RequestHead, body: Buffer): Route {
    return this.router.route(head, this.router.needsFormBody(head) ? { formBody: body } : {});
  }

  routeTo(name: string): Route {
    const operation = this.service.operation(name);
    if (!operation) throw new Error(`${this.service.metadata.name} has no operation ${name}`);
    return {
      service: this.service,
      serviceName: this.#serviceName,
      operation,
      protocol: this.service.protocol as Route['protocol'],
      labels: {},
      queryMode: this.service.metadata.awsQueryCompatible === true,
    };
  }
}

function headOf(vector: RequestCase, service: ServiceSchema): RequestHead {
  const headers: Record<string, string> = {};
  const host = vector.resolvedHost ?? vector.host;
  if (host !== undefined) headers['host'] = host;
  for (const [name, value] of Object.entries(vector.headers ?? {})) headers[name.toLowerCase()] = value;
  // Some cases of awsJson leave the target out; every client sends it.
  if (service.protocol.startsWith('awsJson')) headers['x-amz-target'] ??= `${service.metadata.name}.${vector.op}`;
  const query = (vector.queryParams ?? []).join('&');
  const joint = query === '' ? '' : vector.uri.includes('?') ? '&' : '?';
  return { method: vector.method, target: vector.uri + joint + query, headers };
}

function bodyOf({ body = '', bodyMediaType }: RequestCase, protocol: string): Buffer {
  const isBase64 = protocol === 'rpcv2Cbor' || bodyMediaType === 'application/cbor';
  return Buffer.from(body, isBase64 ? 'base64' : 'utf8');
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

function differences(vector: ResponseCase, { status, headers, body }: Answer): string | undefined {
  if (status !== vector.code) return `status ${status}, not ${vector.code}`;
  for (const [name, wanted] of Object.entries(vector.headers ?? {})) {
    const sent = headers[name.toLowerCase()];
    if (sent === undefined || !sameHeader(name, sent, wanted)) return `header ${name}: ${sent}, not ${wanted}`;
  }
  for (const name of vector.forbidHeaders ?? []) if (name.toLowerCase() in headers) return `header ${name} was sent`;
  for (const name of vector.requireHeaders ?? [])
    if (!(name.toLowerCase() in headers)) return `header ${name} is missing`;
  if (vector.body === undefined) return undefined;
  const bytes = body === undefined ? Buffer.alloc(0) : Buffer.from(body as string | Uint8Array);
  return sameBody(bytes, vector) ? undefined : `body ${bytes.toString('utf8')}, not ${vector.body}`;
}

/** Lists may be written with or without a space behind the comma. */
function sameHeader(name: string, sent: string, wanted: string): boolean {
  if (name.toLowerCase() === 'content-type') return sent.split(';')[0] === wanted.split(';')[0];
  return sent === wanted || sent.replaceAll(', ', ',') === wanted.replaceAll(', ', ',');
}

function sameBody(bytes: Buffer, { body = '', bodyMediaType }: ResponseCase): boolean {
  if (bodyMediaType === 'application/cbor') {
    const wanted = Buffer.from(body, 'base64');
    if (wanted.length === 0 || bytes.length === 0) return wanted.length === bytes.length;
    return isDeepStrictEqual(plain(decodeCborItem(bytes)), plain(decodeCborItem(wanted)));
  }
  const text = bytes.toString('utf8');
  if (text === body || body.trim() === '') return text.trim() === body.trim();
  if (bodyMediaType === 'application/json') return isDeepStrictEqual(JSON.parse(text), JSON.parse(body));
  if (bodyMediaType?.includes('xml') || body.startsWith('<'))
    return sameXml(parseXml(bytes), parseXml(Buffer.from(body)));
  return text === body;
}

/**
 * Cases written for clients leave out what every AWS answer has: the request id's elements, and the namespace of errors.
 * The id's value is the server's own.
 */
const SERVER_ELEMENTS = new Set(['ResponseMetadata', 'RequestId', 'HostId']);

function sameXml(sent: XmlElement, wanted: XmlElement): boolean {
  const isErrorWithoutNamespace = sent.name.includes('Error') && wanted.attributes.size === 0;
  const bare = (element: XmlElement): XmlElement => ({
    ...element,
    ...(isErrorWithoutNamespace && { attributes: new Map() }),
    children: element.children.filter((child) => !SERVER_ELEMENTS.has(child.name)),
  });
  return isDeepStrictEqual(canonical(bare(sent)), canonical(bare(wanted)));
}

/** Without white space between elements, and with differently named siblings in one order. */
function canonical(element: XmlElement): unknown {
  const { name, attributes, children, text } = element;
  const inner = [...children].map(canonical) as { name: string }[];
  return {
    name,
    attributes: Object.fromEntries([...attributes].sort(([a], [b]) => (a < b ? -1 : 1))),
    children: inner.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)),
    text: inner.length > 0 ? '' : text.trim(),
  };
}

/** Buffers by content, prototypes forgotten: what is compared is values. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return { bytes: Buffer.from(value).toString('base64') };
  if (value instanceof Date || typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(plain);
  const entries = value instanceof Map ? [...value] : Object.entries(value);
  return Object.fromEntries(
    entries.filter(([, each]) => each !== undefined).map(([key, each]) => [String(key), plain(each)]),
  );
}

function show(value: unknown): string {
  return JSON.stringify(value, (_key, each: unknown) => (typeof each === 'bigint' ? `${each}n` : each));
}
