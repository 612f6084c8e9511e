import { createHash } from 'node:crypto';
import { createChecksum } from '#base';
import type { CallContext } from '../service.ts';
import { requestChecksum, verifier } from './request-checksums.ts';

/**
 * Checks a whole request body against Content-MD5 and `x-amz-checksum-*`. (Streamed bodies are checked while they are
 * kept; checksums in trailers by the transfer decoding.)
 * @throws {ApiError} InvalidDigest, BadDigest, InvalidRequest
 */
export async function checkIntegrity({ body, headers }: Pick<CallContext, 'body' | 'headers'>): Promise<void> {
  if (!body) return;
  const checksum = requestChecksum(headers);
  const md5 = headers['content-md5'];
  if (md5 === undefined && checksum?.value === undefined) return;
  const verify = verifier(md5, checksum);
  const bytes = await body.bytes();
  const running = checksum && createChecksum(checksum.algorithm);
  running?.update(bytes);
  const value = running && (await running.digest()).toString('base64');
  verify({
    md5Hex: createHash('md5').update(bytes).digest('hex'),
    checksums: checksum && value !== undefined ? { [checksum.algorithm]: value } : {},
  });
}
