/** Short-term Bedrock API keys, made as `aws-bedrock-token-generator` makes them: a presigned CallWithBearerToken, in base64. */
import { createHash, createHmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';

export async function shortTermKey(
  credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string },
  region: string,
): Promise<string> {
  const signer = new SignatureV4({ service: 'bedrock', region, credentials, sha256: NodeHash });
  const request = {
    method: 'POST',
    protocol: 'https:',
    hostname: 'bedrock.amazonaws.com',
    path: '/',
    query: { Action: 'CallWithBearerToken' },
    headers: { host: 'bedrock.amazonaws.com' },
  };
  const { query = {} } = await signer.presign(request, { expiresIn: 43_200 });
  const text = Object.entries(query)
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`)
    .join('&');
  return `bedrock-api-key-${Buffer.from(`bedrock.amazonaws.com/?${text}&Version=1`).toString('base64')}`;
}

class NodeHash {
  readonly #hash;
  constructor(secret?: unknown) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', secret as Buffer);
  }
  update(data: string | Uint8Array): void {
    this.#hash.update(data);
  }
  digest(): Promise<Uint8Array> {
    return Promise.resolve(new Uint8Array(this.#hash.digest()));
  }
}
