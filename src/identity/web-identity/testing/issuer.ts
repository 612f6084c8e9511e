/** An OpenID Connect provider on loopback whose keys, answers and faults a test decides. */
import { constants, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface SigningKey {
  readonly id: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

const DISCOVERY_PATH = '/.well-known/openid-configuration';
const KEYS_PATH = '/keys';

export function rsaKey(id: string, modulusLength = 2_048): SigningKey {
  return { id, ...generateKeyPairSync('rsa', { modulusLength }) };
}

export function ecKey(id: string, namedCurve: string): SigningKey {
  return { id, ...generateKeyPairSync('ec', { namedCurve }) };
}

const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A signed token; `header` overrides what the key would have there. */
export function token(
  key: SigningKey,
  claims: Readonly<Record<string, unknown>>,
  algorithm = 'RS256',
  header: Readonly<Record<string, unknown>> = {},
): string {
  const signed = `${encoded({ typ: 'JWT', alg: algorithm, kid: key.id, ...header })}.${encoded(claims)}`;
  const hash = `sha${algorithm.slice(2)}`;
  const how = algorithm.startsWith('ES')
    ? { key: key.privateKey, dsaEncoding: 'ieee-p1363' as const }
    : algorithm.startsWith('PS')
      ? { key: key.privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: Number(algorithm.slice(2)) / 8 }
      : { key: key.privateKey };
  return `${signed}.${sign(hash, Buffer.from(signed), how).toString('base64url')}`;
}

export function publicJwk({ id, publicKey }: SigningKey): Record<string, unknown> {
  return { ...publicKey.export({ format: 'jwk' }), kid: id, use: 'sig' };
}

export class TestIssuer {
  /** Keys in the key set. */
  keys: SigningKey[] = [];
  /** Instead of the documents: anything a server may do. */
  answer: ((request: IncomingMessage, response: ServerResponse) => void) | undefined;
  /** Laid over the discovery document. */
  discovery: Readonly<Record<string, unknown>> = {};
  /** Paths that were asked for, in order. */
  readonly asked: string[] = [];
  // What a slow test lets lie for long is not closed just as it is used again.
  readonly #server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => this.#answer(request, response));

  static async start(keys: SigningKey[]): Promise<TestIssuer> {
    const issuer = new TestIssuer();
    issuer.keys = keys;
    await new Promise<void>((resolve) => issuer.#server.listen(0, '127.0.0.1', resolve));
    return issuer;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** How often keys were asked for. */
  get keyFetches(): number {
    return this.asked.filter((path) => path === KEYS_PATH).length;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const { url = '' } = request;
    this.asked.push(url);
    if (this.answer) return this.answer(request, response);
    const documents: Record<string, unknown> = {
      [DISCOVERY_PATH]: { issuer: this.url, jwks_uri: `${this.url}${KEYS_PATH}`, ...this.discovery },
      [KEYS_PATH]: { keys: this.keys.map(publicJwk) },
    };
    response.statusCode = url in documents ? 200 : 404;
    response.end(JSON.stringify(documents[url] ?? {}));
  }
}
