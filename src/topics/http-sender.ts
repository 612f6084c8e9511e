/** One request to a subscriber's endpoint. */
import { Agent as HttpAgent, request as requestHttp } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import { guardedLookup, hostOf, isRefused, RefusedAddress } from './endpoints.ts';

/** A subscriber has this long to answer. (SNS Developer Guide: 15 seconds.) */
const ANSWER_MS_MAX = 15_000;
const CONNECTIONS_PER_HOST_MAX = 8;

export interface HttpRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** `again`: it may work later; `never`: it will not. */
export type Attempt =
  | { readonly outcome: 'delivered' }
  | { readonly outcome: 'again' | 'never'; readonly detail: string };

export class HttpSender {
  readonly #http = new HttpAgent({ keepAlive: true, maxSockets: CONNECTIONS_PER_HOST_MAX });
  readonly #https = new HttpsAgent({ keepAlive: true, maxSockets: CONNECTIONS_PER_HOST_MAX });

  /** Never rejects. Redirects are not followed: they could lead anywhere. */
  async send(endpoint: string, { headers, body }: HttpRequest, signal: AbortSignal): Promise<Attempt> {
    const url = new URL(endpoint);
    if (isRefused(hostOf(url))) return { outcome: 'never', detail: 'a link-local address' };
    const timeout = AbortSignal.timeout(ANSWER_MS_MAX);
    try {
      return judge(await this.#post(url, headers, body, AbortSignal.any([signal, timeout])));
    } catch (error) {
      const refused = error instanceof RefusedAddress;
      const detail = timeout.aborted ? `no answer within ${ANSWER_MS_MAX} ms` : describe(error);
      return { outcome: refused ? 'never' : 'again', detail };
    }
  }

  close(): void {
    this.#http.destroy();
    this.#https.destroy();
  }

  /** The answer's status. */
  #post(url: URL, headers: Readonly<Record<string, string>>, body: string, signal: AbortSignal): Promise<number> {
    const isTls = url.protocol === 'https:';
    const bytes = Buffer.from(body);
    return new Promise((resolve, reject) => {
      const request = (isTls ? requestHttps : requestHttp)(url, {
        method: 'POST',
        agent: isTls ? this.#https : this.#http,
        headers: { ...headers, 'content-length': String(bytes.length) },
        lookup: guardedLookup,
        signal,
      });
      request.on('error', reject);
      request.on('response', (response) => {
        // What it says is of no use; an endless answer ends with the time.
        response.on('error', () => undefined);
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      request.end(bytes);
    });
  }
}

/** Answers of 2xx are deliveries; 5xx and 429 are tried again; all else is the endpoint's last word. (Developer Guide.) */
function judge(status: number): Attempt {
  if (status >= 200 && status < 300) return { outcome: 'delivered' };
  return { outcome: status >= 500 || status === 429 ? 'again' : 'never', detail: `status ${status}` };
}

/** What the network said, such as `ECONNREFUSED`. */
function describe(error: unknown): string {
  const { code, message, name } = error as Error & { code?: string };
  return code ?? (message === '' ? name : message);
}
