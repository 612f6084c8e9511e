/** Requests that no SDK sends: signed by hand, with whatever headers and body a test wants. */
import { createHash, createHmac } from 'node:crypto';
import { type ClientRequest, request as httpRequest } from 'node:http';
import { SignatureV4 } from '@smithy/signature-v4';
import { REGION, ROOT_KEY } from '../../harness.ts';

class NodeHash {
  readonly #hash;
  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash =
      secret === undefined
        ? createHash('sha256')
        : createHmac('sha256', typeof secret === 'string' ? secret : Buffer.from(secret as Uint8Array));
  }
  update(data: string | Uint8Array): void {
    this.#hash.update(data);
  }
  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }
  reset(): void {
    throw new Error('a hash is used once');
  }
}

const signer = new SignatureV4({
  service: 's3',
  region: REGION,
  credentials: ROOT_KEY,
  sha256: NodeHash,
  uriEscapePath: false,
});

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
  /** `Code: Message` of an error. */
  readonly error: string;
}

/** `target` is path and query; every header is signed. The body is not, unless the headers hold its hash. */
export async function signedHeaders(
  endpoint: string,
  method: string,
  target: string,
  headers: Record<string, string>,
): Promise<Record<string, string>> {
  const { host, pathname, searchParams } = new URL(target, endpoint);
  const signed = await signer.sign({
    method,
    protocol: 'http:',
    hostname: 'localhost',
    path: pathname,
    query: Object.fromEntries(searchParams),
    headers: { host, 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD', ...headers },
  });
  return signed.headers;
}

export async function send(
  endpoint: string,
  method: string,
  target: string,
  headers: Record<string, string> = {},
  body?: string,
): Promise<Answer> {
  const { host: _, ...signed } = await signedHeaders(endpoint, method, target, headers);
  return answerOf(
    await fetch(new URL(target, endpoint), { method, headers: signed, ...(body !== undefined && { body }) }),
  );
}

export async function answerOf(response: Response): Promise<Answer> {
  const body = await response.text();
  const element = (name: string): string =>
    new RegExp(`<${name}>([^<]*)</${name}>`).exec(body)?.[1]?.replaceAll('&apos;', "'").replaceAll('&quot;', '"') ?? '';
  return {
    status: response.status,
    headers: response.headers,
    body,
    error: `${element('Code')}: ${element('Message')}`,
  };
}

/** A URL that is good for a minute. */
export async function presigned(endpoint: string, method: string, target: string): Promise<string> {
  const { host, pathname, searchParams } = new URL(target, endpoint);
  const request = {
    method,
    protocol: 'http:',
    hostname: 'localhost',
    path: pathname,
    query: Object.fromEntries(searchParams),
    headers: { host, 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' },
  };
  const { query = {} } = await signer.presign(request, { expiresIn: 60 });
  return `${endpoint}${pathname}?${new URLSearchParams(query as Record<string, string>).toString()}`;
}

/** Begins a PUT of `length` bytes whose body the test sends itself. */
export async function beginPut(endpoint: string, target: string, length: number): Promise<ClientRequest> {
  const headers = await signedHeaders(endpoint, 'PUT', target, {});
  return httpRequest(new URL(target, endpoint), {
    method: 'PUT',
    headers: { ...headers, 'content-length': String(length) },
  });
}

/** A URL that carries its signature, good for a minute. */
export async function presignedUrl(
  endpoint: string,
  path: string,
  credentials: { readonly accessKeyId: string; readonly secretAccessKey: string },
): Promise<string> {
  const { host } = new URL(endpoint);
  const { query = {} } = await new SignatureV4({
    service: 's3',
    region: REGION,
    credentials,
    sha256: NodeHash,
    uriEscapePath: false,
  }).presign(
    {
      method: 'GET',
      protocol: 'http:',
      hostname: host,
      path,
      headers: { host, 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' },
    },
    { expiresIn: 60 },
  );
  return `${endpoint}${path}?${new URLSearchParams(query as Record<string, string>).toString().replaceAll('+', '%20')}`;
}
