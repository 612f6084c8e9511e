import { parseConverse } from './converse/request.ts';
import type { Family } from './families/family.ts';
import type { ModelRequest } from './generation.ts';
import { isObject, type JsonObject, objectOf } from './json.ts';
import { withoutKnobs } from './knobs.ts';
import { malformed, parseBody } from './malformed.ts';

/**
 * What CountTokens is asked to count: `input.converse`, or `input.invokeModel.body`, a native body in base64.
 * (API reference, CountTokens.)
 * @throws {ApiError} ValidationException
 */
export function countTokensRequest(body: JsonObject, family: Family, modelId: string): ModelRequest {
  const input = objectOf(body['input']);
  if (isObject(input['converse'])) return parseConverse(input['converse']);
  const native = objectOf(input['invokeModel'])['body'];
  if (typeof native !== 'string') throw malformed('#: required key [input] not found');
  return family.parseRequest(withoutKnobs(parseBody(Buffer.from(native, 'base64'))), modelId);
}
