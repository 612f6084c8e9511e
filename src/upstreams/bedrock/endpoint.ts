import type { ModelCall } from '../types.ts';

/** Where the calls of one region go. */
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

/** @throws {TypeError} when `url` is no URL, or neither http nor https */
export function parseEndpoint(url: string): Endpoint {
  const { protocol, hostname, port, host, pathname } = new URL(url);
  if (protocol !== 'http:' && protocol !== 'https:') throw new TypeError(`${protocol} is not http: or https:`);
  // Brackets belong to the URL and the Host header, not to the address that is connected to.
  const address = hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
  return { protocol, hostname: address, port, host, basePath: pathname.replace(/\/+$/, ''), url };
}

/** AWS's own endpoint of a region (AWS General Reference, "Amazon Bedrock endpoints"). */
export function regionalEndpoint(region: string): Endpoint {
  return parseEndpoint(`https://bedrock-runtime.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`);
}

/** The raw path of a call; the model id is one segment, percent-encoded as the SDKs do (ARNs hold `/` and `:`). */
export function targetOf(endpoint: Endpoint, call: Pick<ModelCall, 'operation' | 'modelId'>): string {
  return `${endpoint.basePath}/model/${encodeSegment(call.modelId)}/${PATH_OF[call.operation]}`;
}

function encodeSegment(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
