import type { ForwardedService, ModelCall } from '../types.ts';

/** Where the calls of one service and region go. */
export interface Endpoint {
  readonly protocol: 'http:' | 'https:';
  readonly hostname: string;
  readonly port: string;
  /** The value of the Host header: what is signed. */
  readonly host: string;
  /** Path prefix of the endpoint's URL, without a slash at its end. */
  readonly basePath: string;
  /** For operators' eyes. */
  readonly url: string;
}

const PATH_OF: Readonly<Record<ModelCall['operation'], string>> = {
  InvokeModel: 'invoke',
  InvokeModelWithResponseStream: 'invoke-with-response-stream',
  Converse: 'converse',
  ConverseStream: 'converse-stream',
  CountTokens: 'count-tokens',
};

/** `bedrock-runtime.us-east-1.amazonaws.com`, `bedrock-agent-runtime-fips.…`: a service of Bedrock's, and what may follow. */
const AWS_HOST = /^bedrock(?:-agent)?-runtime((?:-fips)?\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?)$/;

/** @throws {TypeError} when `url` is no URL, or neither http nor https */
export function parseEndpoint(url: string): Endpoint {
  const { protocol, hostname, port, host, pathname } = new URL(url);
  if (protocol !== 'http:' && protocol !== 'https:') throw new TypeError(`${protocol} is not http: or https:`);
  // Brackets belong to the URL and the Host header, not to the address that is connected to.
  const address = hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
  return { protocol, hostname: address, port, host, basePath: pathname.replace(/\/+$/, ''), url };
}

/** The configured endpoint for a service: where it is AWS's of another service, AWS's of this one; else the same one serves all. */
export function ownEndpoint(configured: Endpoint, service: ForwardedService): Endpoint {
  if (!AWS_HOST.test(configured.hostname)) return configured;
  const url = new URL(configured.url);
  url.hostname = configured.hostname.replace(AWS_HOST, `${service}$1`);
  return parseEndpoint(url.href);
}

/** AWS's own endpoint of a region (AWS General Reference, "Amazon Bedrock endpoints"). */
export function regionalEndpoint(service: ForwardedService, region: string): Endpoint {
  return parseEndpoint(`https://${service}.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`);
}

/** The raw path of a call below the endpoint's own; the model id is one segment, percent-encoded as the SDKs do (ARNs hold `/` and `:`). */
export function targetOf(call: Pick<ModelCall, 'operation' | 'modelId'>): string {
  return `/model/${encodeSegment(call.modelId)}/${PATH_OF[call.operation]}`;
}

function encodeSegment(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
