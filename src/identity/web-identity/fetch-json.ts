import { WebIdentityFailure } from './failure.ts';

/** What a discovery document or a key set may have, decompressed. */
const DOCUMENT_BYTES_MAX = 1024 * 1024;

/**
 * Gets a JSON document of an issuer. Redirects are not followed: they could lead anywhere.
 * @throws {WebIdentityFailure} `unreachable` (no connection, not in time, 5xx, 429), `unusable-issuer` (all else)
 */
export async function fetchJson(url: string, signal: AbortSignal): Promise<unknown> {
  let response: Response;
  try {
    response = await fetch(url, { signal, redirect: 'manual', headers: { accept: 'application/json' } });
  } catch (error) {
    throw unreachable(url, error);
  }
  const { status } = response;
  if (status !== 200) {
    await response.body?.cancel().catch(() => undefined);
    throw new WebIdentityFailure(
      status >= 500 || status === 429 ? 'unreachable' : 'unusable-issuer',
      `${url} answered ${status}`,
    );
  }
  const text = await readBounded(response, url);
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new WebIdentityFailure('unusable-issuer', `${url} is no JSON`, { cause: error });
  }
}

async function readBounded(response: Response, url: string): Promise<string> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const piece of response.body ?? []) {
      bytes += piece.length;
      // Leaving the loop cancels the rest.
      if (bytes > DOCUMENT_BYTES_MAX) break;
      pieces.push(piece);
    }
  } catch (error) {
    throw unreachable(url, error);
  }
  if (bytes > DOCUMENT_BYTES_MAX) {
    throw new WebIdentityFailure('unusable-issuer', `${url} is larger than ${DOCUMENT_BYTES_MAX} bytes`);
  }
  return Buffer.concat(pieces).toString('utf8');
}

/** With what the network said: `ECONNREFUSED`, `TimeoutError`, … */
function unreachable(url: string, error: unknown): WebIdentityFailure {
  const { name, cause } = error as Error & { cause?: { code?: string } };
  return new WebIdentityFailure('unreachable', `${url} (${cause?.code ?? name})`, { cause: error });
}
