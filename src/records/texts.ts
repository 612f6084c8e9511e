import type { RequestContent, ResponseContent } from './content.ts';
import { converseStreamText } from './converse/aggregate.ts';
import { contentText, lastUserTextOf } from './families/blocks.ts';
import { familyOf } from './families/index.ts';
import { at, isObject, jsonOf, jsonOfAll, textAt } from './json/parse.ts';

/** The store's texts are cut to this many bytes of UTF-8. */
export const TEXT_BYTES_MAX = 65_536;
/** Bodies larger than this are not parsed for the store's texts: the event loop has other calls to serve. */
export const PARSED_BODY_BYTES_MAX = 1_048_576;

/** The last user turn of a request, cut to {@link TEXT_BYTES_MAX}; empty when there is none or the body is too large. */
export function promptOf(operation: string, modelId: string, request: RequestContent): string {
  if (!('bytes' in request) || request.bytes.length > PARSED_BODY_BYTES_MAX) return '';
  const body = jsonOf(request.bytes);
  if (!isObject(body)) return '';
  return cut(isConverse(operation) ? lastUserTextOf(body) : familyOf(modelId).prompt(body));
}

/** What the model wrote, stitched together from the chunks of a stream, cut to {@link TEXT_BYTES_MAX}. */
export function completionOf(operation: string, modelId: string, response: ResponseContent): string {
  if (response.kind === 'converse-stream') return cut(converseStreamText(response.events));
  if (response.kind === 'invoke-stream') {
    const { delta } = familyOf(modelId);
    return cut(
      jsonOfAll(response.chunks)
        .map((chunk) => (isObject(chunk) ? delta(chunk) : ''))
        .join(''),
    );
  }
  const body = wholeBody(response);
  if (!isObject(body)) return '';
  const text = isConverse(operation)
    ? contentText(at(body, 'output', 'message', 'content'))
    : familyOf(modelId).completion(body);
  return cut(text);
}

/**
 * What the model wrote, whole, by a parsed invocation log record; empty for other objects, and where the record has no body or
 * holds it elsewhere. A word that a stream's chunks divide is whole in it.
 */
export function completionOfRecord(record: object): string {
  if (!isObject(record) || record['schemaType'] !== 'ModelInvocationLog') return '';
  const body = at(record, 'output', 'outputBodyJson');
  if (isConverse(textAt(record, 'operation'))) return contentText(at(body, 'output', 'message', 'content'));
  const { delta, completion } = familyOf(textAt(record, 'modelId'));
  if (Array.isArray(body)) return body.map((chunk) => (isObject(chunk) ? delta(chunk) : '')).join('');
  return isObject(body) ? completion(body) : '';
}

/** Why the model stopped, in the words of its route; undefined when the answer does not say. */
export function stopReasonOf(operation: string, modelId: string, response: ResponseContent): string | undefined {
  if (response.kind === 'converse-stream') {
    const stop = response.events.findLast(({ type }) => type === 'messageStop');
    return (stop && textAt(jsonOf(stop.payload), 'stopReason')) || undefined;
  }
  const { stopReason } = familyOf(modelId);
  if (response.kind === 'invoke-stream') {
    for (const chunk of jsonOfAll(response.chunks).toReversed()) {
      const reason = isObject(chunk) ? stopReason(chunk) : '';
      if (reason !== '') return reason;
    }
    return undefined;
  }
  const body = wholeBody(response);
  if (!isObject(body)) return undefined;
  return (isConverse(operation) ? textAt(body, 'stopReason') : stopReason(body)) || undefined;
}

export function isConverse(operation: string): boolean {
  return operation === 'Converse' || operation === 'ConverseStream';
}

function wholeBody(response: ResponseContent): unknown {
  if (response.kind !== 'whole' || !('bytes' in response)) return undefined;
  return response.bytes.length > PARSED_BODY_BYTES_MAX ? undefined : jsonOf(response.bytes);
}

/** Cuts between code points. */
function cut(text: string): string {
  if (text.length * 3 <= TEXT_BYTES_MAX) return text;
  const bytes = Buffer.from(text);
  if (bytes.length <= TEXT_BYTES_MAX) return text;
  let end = TEXT_BYTES_MAX;
  // 10xxxxxx bytes go on with a character that began before.
  while (((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return bytes.toString('utf8', 0, end);
}
