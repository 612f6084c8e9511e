import type { RequestContext } from '#identity';
import type { GatewayDependencies } from './deps.ts';
import type { Exchange } from './exchange.ts';

const MAPPED_IPV4 = '::ffff:';

/**
 * The global condition keys that tell of the request itself; those of its caller and of the resource come from the identity.
 * Of the documented ones there are none here that tell of networks (`aws:SourceVpc`, `aws:VpcSourceIp`), of organizations, of
 * services in between (`aws:CalledVia`), and of multi-factor authentication: nothing here has them.
 * (IAM User Guide, "AWS global condition context keys".)
 */
export function requestContextOf(exchange: Exchange, { services }: GatewayDependencies): RequestContext {
  exchange.requestContext ??= { ...globalKeys(exchange), ...serviceKeys(exchange, services) };
  return exchange.requestContext;
}

function globalKeys({ head, sourceIp, receivedAtMs, region, incoming }: Exchange): RequestContext {
  const seconds = Math.floor(receivedAtMs / 1000);
  const context: Record<string, string> = {
    'aws:SourceIp': sourceIp.startsWith(MAPPED_IPV4) ? sourceIp.slice(MAPPED_IPV4.length) : sourceIp,
    'aws:CurrentTime': isoTime(seconds),
    'aws:EpochTime': String(seconds),
    'aws:RequestedRegion': region,
    'aws:SecureTransport': 'encrypted' in incoming.socket ? 'true' : 'false',
  };
  const userAgent = head.headers['user-agent'];
  if (userAgent !== undefined) context['aws:UserAgent'] = userAgent;
  const referer = head.headers['referer'];
  if (referer !== undefined) context['aws:Referer'] = referer;
  return context;
}

function serviceKeys(
  { route, authorization, receivedAtMs }: Exchange,
  services: GatewayDependencies['services'],
): RequestContext | undefined {
  // Varve's own signed paths have none.
  const service = route && services.get(route.serviceName);
  return authorization && service?.requestContext?.(authorization, receivedAtMs);
}

let latest = { seconds: Number.NaN, text: '' };

/** `2026-11-21T09:30:00Z`; requests of the same second share it, as writing dates is slow. */
function isoTime(seconds: number): string {
  if (latest.seconds !== seconds) {
    latest = { seconds, text: `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z` };
  }
  return latest.text;
}
