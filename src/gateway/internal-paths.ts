/**
 * The paths under `/_varve/` and the browser's `GET /` (contract.md, Network). They answer only to loopback host names and
 * those of the configuration, against DNS rebinding. What is not unsigned here is signed (`signed-paths.ts`).
 */
import { timingSafeEqual } from 'node:crypto';
import type { WireResponse } from '#wire';
import type { GatewayDependencies } from './deps.ts';
import type { Exchange } from './exchange.ts';
import { json, text } from './internal-answers.ts';
import { answerSigned, type SignedRoute } from './signed-paths.ts';

export interface InternalPaths {
  /** Host names (without port) besides loopback ones at which unsigned paths answer. */
  readonly hosts: readonly string[];
  readonly metricsToken: string | undefined;
  health(): Promise<{ ok: boolean; detail: Record<string, unknown> }>;
  metrics(): Promise<string>;
  readonly signed: readonly SignedRoute[];
  /** Clears all state; undefined unless the server was started with --allow-reset. */
  readonly reset: (() => Promise<void>) | undefined;
}

const LOOPBACK_HOST = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\]|::1)$/i;
const LOOPBACK_ADDRESS = /^(?:127\.|::1$|::ffff:127\.)/;

/** The answer to an internal path, or undefined when the request is an AWS request. */
export async function answerInternal(
  exchange: Exchange,
  gateway: GatewayDependencies,
): Promise<WireResponse | undefined> {
  const { internalPaths: paths } = gateway;
  const path = exchange.head.target.split('?', 1)[0] ?? '';
  if (!path.startsWith('/_varve/')) return isBrowserHome(exchange, path) ? home() : undefined;
  if (!hostAllowed(exchange, paths))
    return json(403, { message: 'This host name is not allowed here; name it under "hosts" in the configuration.' });
  const { method } = exchange.head;
  if (path === '/_varve/health' && (method === 'GET' || method === 'HEAD')) {
    const { ok, detail } = await paths.health();
    return json(ok ? 200 : 503, { status: ok ? 'ok' : 'failing', ...detail });
  }
  if (path === '/_varve/metrics' && method === 'GET') return metrics(exchange, paths);
  if (path === '/_varve/reset' && method === 'POST') return reset(exchange, paths);
  if (path === '/_varve/console' || path.startsWith('/_varve/console/'))
    return text(
      404,
      'The console comes with a later release; see the README for the AWS CLI commands that show records.\n',
    );
  const answer = await answerSigned(exchange, gateway, paths.signed);
  if (answer) return answer;
  return json(404, { message: `There is nothing at ${method} ${path.slice(0, 200)}.` });
}

async function metrics(exchange: Exchange, paths: InternalPaths): Promise<WireResponse> {
  if (!LOOPBACK_ADDRESS.test(exchange.sourceIp) && !bearerMatches(exchange, paths.metricsToken)) {
    return json(401, { message: 'Off loopback, metrics need the configured metricsToken as bearer token.' });
  }
  return {
    status: 200,
    headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' },
    body: await paths.metrics(),
  };
}

async function reset(exchange: Exchange, paths: InternalPaths): Promise<WireResponse> {
  if (!paths.reset) return json(403, { message: 'Start the server with --allow-reset to use this.' });
  // A web page may send a plain cross-site POST to loopback; browsers always name its origin.
  const { origin, 'sec-fetch-site': site } = exchange.head.headers;
  if (origin !== undefined || site !== undefined) return json(403, { message: 'Not from a browser.' });
  if (!LOOPBACK_ADDRESS.test(exchange.sourceIp)) return json(403, { message: 'Only from loopback.' });
  await paths.reset();
  return json(200, { status: 'reset' });
}

function isBrowserHome({ head }: Exchange, path: string): boolean {
  return (
    head.method === 'GET' &&
    path === '/' &&
    head.headers['authorization'] === undefined &&
    !head.target.includes('X-Amz-') &&
    // Links in messages of topics.
    !head.target.includes('Action=') &&
    (head.headers['accept'] ?? '').includes('text/html')
  );
}

function home(): WireResponse {
  return { status: 302, headers: { location: '/_varve/console/' }, body: undefined };
}

function hostAllowed({ head }: Exchange, { hosts }: InternalPaths): boolean {
  const host = (head.headers['host'] ?? head.headers[':authority'] ?? '').replace(/:\d+$/, '');
  return LOOPBACK_HOST.test(host) || hosts.includes(host.toLowerCase());
}

function bearerMatches({ head }: Exchange, token: string | undefined): boolean {
  const given = Buffer.from(head.headers['authorization'] ?? '');
  const wanted = Buffer.from(`Bearer ${token ?? ''}`);
  return token !== undefined && given.length === wanted.length && timingSafeEqual(given, wanted);
}
