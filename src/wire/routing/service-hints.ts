/** What a request's head says about the service it is for. */
import type { RequestHead } from '../types.ts';

/** `AKID/20261121/us-east-1/bedrock/aws4_request`; only the end is looked at. */
const CREDENTIAL = /\bCredential=([^,\s]+)/;
const PRESIGNED = /[?&]X-Amz-Credential=([^&]+)/;

/** The service in the SigV4 credential scope of the Authorization header or the presigned query. */
export function scopeService({ target, headers }: RequestHead): string | undefined {
  const authorization = headers['authorization'];
  if (authorization?.startsWith('AWS4-')) return serviceOf(CREDENTIAL.exec(authorization)?.[1]);
  const presigned = target.includes('X-Amz-Credential=') ? PRESIGNED.exec(target)?.[1] : undefined;
  return serviceOf(presigned?.replaceAll(/%2f/gi, '/'));
}

function serviceOf(credential: string | undefined): string | undefined {
  const [terminator, service] = credential?.split('/').toReversed() ?? [];
  return terminator === 'aws4_request' ? service : undefined;
}

/** True when the caller shows a Bedrock API key. */
export function hasBearerKey({ headers }: RequestHead): boolean {
  return headers['authorization']?.startsWith('Bearer ') === true;
}

/** `host`, or HTTP/2's `:authority`, in lower case. */
export function hostOf({ headers }: RequestHead): string {
  return (headers['host'] ?? headers[':authority'] ?? '').toLowerCase();
}

/** The first of `names` that is a label of the host, such as `bedrock-runtime.us-east-1.amazonaws.com`. */
export function hostService(host: string, names: ReadonlySet<string>): string | undefined {
  const labels = host.replace(/:\d+$/, '').split('.');
  // The last label is a top-level domain or a plain name such as `localhost`; a server called `s3` says nothing.
  for (const label of labels.slice(0, -1)) {
    const name = label.startsWith('stream-') ? label.slice('stream-'.length) : label;
    if (names.has(name)) return name;
    if (name.startsWith('s3-') && names.has('s3')) return 's3';
  }
  return undefined;
}

/** Service and operation of `X-Amz-Target`: botocore writes a longer prefix for some services (P4). */
export function splitTarget(text: string): { readonly service: string; readonly operation: string } {
  const parts = text.split('.');
  const operation = parts.pop() ?? '';
  return { service: parts.at(-1) ?? '', operation };
}

const RPC_PATH = /^\/service\/([^/?]+)\/operation\/([^/?]+)(?:\?|$)/;

/** Service and operation of an RPC v2 path; the service may be qualified with dots. */
export function splitRpcPath(target: string): { readonly service: string; readonly operation: string } | undefined {
  const match = RPC_PATH.exec(target);
  const [, service, operation] = match ?? [];
  return service === undefined || operation === undefined
    ? undefined
    : { service: service.slice(service.lastIndexOf('.') + 1), operation };
}

const FORM = 'application/x-www-form-urlencoded';

export function hasFormType({ headers }: RequestHead): boolean {
  return headers['content-type']?.toLowerCase().startsWith(FORM) === true;
}
