/**
 * Which bucket and key an S3 request means. The bucket stands in the path (path style) or before the host name
 * (virtual-host style): `bucket.localhost`, `bucket.s3.localhost`, `bucket.s3.us-east-1.amazonaws.com`.
 */
import { decodeLabel } from './rest-routes.ts';

export interface S3Address {
  readonly bucket: string | undefined;
  readonly key: string | undefined;
}

const AWS_SUFFIXES = ['.amazonaws.com', '.amazonaws.com.cn'];
const IP_ADDRESS = /^(?:[\d.]+|\[.*\]|.*:.*)$/;

/**
 * The address of a raw path; `localHosts` are names (besides `localhost`) that this server goes by.
 * Undefined when the path is not valid percent-encoded UTF-8.
 */
export function s3Address(path: string, host: string, localHosts: readonly string[] = []): S3Address | undefined {
  const virtual = virtualBucket(host, localHosts);
  const rest = path.slice(1);
  const slash = rest.indexOf('/');
  const rawBucket = slash === -1 ? rest : rest.slice(0, slash);
  const rawKey = virtual === undefined ? (slash === -1 ? '' : rest.slice(slash + 1)) : rest;
  const bucket = virtual ?? decodeLabel(rawBucket);
  const key = decodeLabel(rawKey);
  if (bucket === undefined || key === undefined) return undefined;
  return { bucket: bucket === '' ? undefined : bucket, key: key === '' ? undefined : key };
}

function virtualBucket(hostAndPort: string, localHosts: readonly string[]): string | undefined {
  const host = hostAndPort.toLowerCase().replace(/:\d+$/, '');
  if (host === '' || host === 'localhost' || IP_ADDRESS.test(host)) return undefined;
  const aws = AWS_SUFFIXES.find((suffix) => host.endsWith(suffix));
  if (aws !== undefined) return beforeS3(host.slice(0, -aws.length), isAwsEndpointLabel);
  for (const name of ['localhost', ...localHosts]) {
    if (host === name.toLowerCase()) return undefined;
    if (!host.endsWith(`.${name.toLowerCase()}`)) continue;
    const before = host.slice(0, -name.length - 1);
    return before.split('.').includes('s3') ? beforeS3(before, isEndpointLabel) : before;
  }
  return beforeS3(host, isEndpointLabel);
}

function isEndpointLabel(label: string): boolean {
  return label === 's3';
}

/** `s3-accelerate`, `s3-us-west-2`. */
function isAwsEndpointLabel(label: string): boolean {
  return label === 's3' || label.startsWith('s3-');
}

/** What stands before the last label that is S3's own; undefined when nothing does, or there is none. */
function beforeS3(name: string, isOwn: (label: string) => boolean): string | undefined {
  const labels = name.split('.');
  const at = labels.findLastIndex(isOwn);
  return at > 0 ? labels.slice(0, at).join('.') : undefined;
}
