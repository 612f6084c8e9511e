/** Requests to Varve's own signed paths. */
import { createHash } from 'node:crypto';
import { type SigningCredentials, signRequest } from '#wire';
import { REGION, ROOT_KEY } from './harness.ts';

/** @param target path and query, such as `/_varve/alerts?limit=3` */
export function signedFetch(
  endpoint: string,
  method: 'GET' | 'POST' | 'PUT' | 'DELETE',
  target: string,
  credentials: SigningCredentials = ROOT_KEY,
  body = '',
): Promise<Response> {
  const headers = signRequest({
    method,
    target,
    headers: { host: new URL(endpoint).host },
    service: 'varve',
    region: REGION,
    credentials,
    bodySha256Hex: createHash('sha256').update(body).digest('hex'),
    nowMs: Date.now(),
  });
  return fetch(`${endpoint}${target}`, { method, headers, ...(body === '' ? {} : { body }) });
}
