/**
 * HTTP(S) endpoints. Who may subscribe may make this server send requests to any host that it can reach, as in any network
 * of one's own; what is never one of theirs are the link-local addresses at which clouds hand out credentials.
 */
import { lookup as lookUp } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { invalidParameter } from './errors.ts';

const ENDPOINT_CHARS_MAX = 2_048;

/** Link-local (with 169.254.169.254 in it), and EC2's metadata service by IPv6. */
const REFUSED = new BlockList();
REFUSED.addSubnet('169.254.0.0', 16, 'ipv4');
REFUSED.addSubnet('fe80::', 10, 'ipv6');
REFUSED.addAddress('fd00:ec2::254', 'ipv6');

export class RefusedAddress extends Error {
  override readonly name = 'RefusedAddress';
}

/** @throws {ApiError} InvalidParameter */
export function checkEndpoint(protocol: 'http' | 'https', endpoint: string): void {
  const url = endpoint.length <= ENDPOINT_CHARS_MAX && URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  if (!url || url.hostname === '') throw invalidParameter('HTTP(S) Endpoint');
  if (url.protocol !== `${protocol}:`) {
    throw invalidParameter('Endpoint must match the specified protocol');
  }
  if (isRefused(hostOf(url))) {
    throw invalidParameter('Endpoint', 'Varve delivers to no link-local addresses.');
  }
}

/** The host without the brackets of IPv6. */
export function hostOf({ hostname }: URL): string {
  return hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
}

/** Whether the text is an address that nothing is sent to. */
export function isRefused(address: string): boolean {
  const family = isIP(address);
  return family !== 0 && REFUSED.check(address, family === 4 ? 'ipv4' : 'ipv6');
}

/** `dns.lookup` that fails for names of refused addresses, whatever they were when the subscription was made. */
export const guardedLookup: LookupFunction = (hostname, options, callback) => {
  lookUp(hostname, { ...options, all: true }, (error, addresses) => {
    const refused = addresses?.some(({ address }) => isRefused(address)) ?? false;
    const failure = error ?? (refused ? new RefusedAddress(`${hostname} is a link-local address`) : null);
    const [first] = addresses ?? [];
    if (failure || !first) callback(failure ?? new Error(`${hostname} has no address`), '', 0);
    else if (options.all) callback(null, addresses);
    else callback(null, first.address, first.family);
  });
};

/** The endpoint as it is shown: without the password. */
export function shownEndpoint(endpoint: string): string {
  return endpoint.replace(/^(https?:\/\/[^/@]*?):[^/@]*@/, '$1:****@');
}
