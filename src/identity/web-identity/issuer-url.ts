/**
 * Which URLs may be issuers. An administrator names them, and the server then fetches from them: so only https, and http
 * for loopback alone (laptops and tests), no credentials, no query, no fragment.
 * (Source: OpenID Connect Core 1.0 §2 `iss`, Discovery 1.0 §3; IAM API Reference, CreateOpenIDConnectProvider.)
 */

/** `no-url`: no scheme or host. `not-https`: another scheme. `not-plain`: more than scheme, host, port and path. */
export type IssuerUrlProblem = 'no-url' | 'not-https' | 'not-plain';

/** What speaks against a URL as an issuer; undefined when nothing does. */
export function issuerUrlProblem(text: string): IssuerUrlProblem | undefined {
  const url = URL.parse(text);
  if (!url || url.host === '' || !/^[a-z]+:\/\//i.test(text)) return 'no-url';
  if (!text.startsWith('https://') && !(text.startsWith('http://') && isLoopback(url))) return 'not-https';
  // Printable ASCII only, as it would be sent: nothing that a parser would take away or write anew.
  const plain = /^https?:\/\/[A-Za-z0-9.:[\]-]+(\/[\w.~!$&'()*+,;=:@%/-]*)?$/.test(text);
  return plain && !text.includes('/../') && !text.includes('/./') ? undefined : 'not-plain';
}

/** Whether keys may be fetched from there for this issuer: http only when the issuer itself is a loopback one. */
export function isKeySetUrl(text: string, issuer: string): boolean {
  const url = URL.parse(text);
  if (!url || url.username !== '' || url.password !== '') return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url) && issuer.startsWith('http://'));
}

/** The issuer without its scheme: how IAM names providers, and the prefix of their condition keys. */
export function issuerName(issuer: string): string {
  return issuer.replace(/^https?:\/\//, '');
}

function isLoopback({ hostname }: URL): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}
