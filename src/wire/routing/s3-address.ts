/**
 * Which bucket and key an S3 request means. The bucket stands in the path (path style) or before the host name
 * (virtual-host style): `bucket.localhost`, `bucket.s3.localhost`, `bucket.s3.us-east-1.amazonaws.com`.
 */
import { decodeLabel } from './rest-routes.ts';

export interface S3Address {
  readonly bucket: string | undefined;
  readonly key: string | undefined;
}

const AWS_HOST = /^(?:(.+)\.)?s3(?:[.-][a-z0-9-]+)*\.amazonaws\.com(?:\.cn)?$/;
const S3_LABEL = /^s3(?:[.-][a-z0-9-]+)*$/;
/** `<bucket>.s3`, `<bucket>.s3.<region>`, `<bucket>.s3-<region>` before a local host name. */
const BUCKET_BEFORE_S3 = /^(.+)\.s3(?:[.-][a-z0-9-]+)?$/;
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
  const aws = AWS_HOST.exec(host);
  if (aws) return aws[1];
  for (const name of ['localhost', ...localHosts]) {
    if (host === name.toLowerCase()) return undefined;
    if (!host.endsWith(`.${name.toLowerCase()}`)) continue;
    const before = host.slice(0, -name.length - 1);
    if (S3_LABEL.test(before)) return undefined;
    return BUCKET_BEFORE_S3.exec(before)?.[1] ?? before;
  }
  return /^(.+)\.s3\./.exec(host)?.[1];
}
