/**
 * What CountTokens is asked to count: `input.converse`, or `input.invokeModel.body`, a native body in base64.
 * (API reference, CountTokens.)
 */
import { isObject, type JsonObject, objectOf } from './json.ts';
import { malformed } from './malformed.ts';

/** Undefined: it is a native body. */
export function converseToCount(body: JsonObject): JsonObject | undefined {
  const { converse } = objectOf(body['input']);
  return isObject(converse) ? converse : undefined;
}

/**
 * The native body in base64.
 * @throws {ApiError} ValidationException when there is none
 */
export function nativeToCount(body: JsonObject): string {
  const native = objectOf(objectOf(body['input'])['invokeModel'])['body'];
  if (typeof native !== 'string') throw malformed('#: required key [input] not found');
  return native;
}
