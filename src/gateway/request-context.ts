import type { RequestContext } from '#identity';
import type { Exchange } from './exchange.ts';

/**
 * The global condition keys that tell of the request itself; those of its caller come from the identity.
 * (IAM User Guide, "AWS global condition context keys".)
 */
export function requestContextOf({ head, sourceIp, receivedAtMs, region, incoming }: Exchange): RequestContext {
  const userAgent = head.headers['user-agent'];
  const referer = head.headers['referer'];
  return {
    'aws:SourceIp': sourceIp.replace(/^::ffff:/, ''),
    'aws:CurrentTime': new Date(receivedAtMs).toISOString(),
    'aws:EpochTime': String(Math.floor(receivedAtMs / 1000)),
    'aws:RequestedRegion': region,
    'aws:SecureTransport': 'encrypted' in incoming.socket ? 'true' : 'false',
    ...(userAgent === undefined ? {} : { 'aws:UserAgent': userAgent }),
    ...(referer === undefined ? {} : { 'aws:Referer': referer }),
  };
}
