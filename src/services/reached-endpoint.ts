import type { CallContext } from './service.ts';

/** Where the caller reached this server, such as `http://localhost:4650`: what URLs that we hand out begin with. */
export function reachedEndpoint({ headers }: Pick<CallContext, 'headers'>): string {
  const host = headers['host'] ?? headers[':authority'] ?? 'localhost';
  // Behind a proxy that ends TLS.
  const scheme = headers['x-forwarded-proto'] === 'https' ? 'https' : 'http';
  return `${scheme}://${host}`;
}
