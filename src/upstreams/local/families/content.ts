/** Messages of the families that have them: texts and media of their content blocks. */
import { checkFields, type Fields, malformed } from '../malformed.ts';
import { isObject, type Json, type JsonObject, listOf, objectsOf, textOf } from '../json.ts';

export interface ReadMessages {
  /** The last user message's text. */
  readonly prompt: string;
  readonly texts: readonly string[];
  readonly mediaCount: number;
}

const MEDIA_KEYS = ['image', 'document', 'video', 'audio', 'image_url', 'input_audio', 'source'];
const TOOL_RESULT_TYPES = ['tool_result'];

/** Reads `[{role, content: text | blocks}]` as Anthropic, Nova, OpenAI and Converse write it. */
export function readMessages(messages: readonly Json[], system?: Json): ReadMessages {
  const texts = textsOfContent(system);
  let mediaCount = 0;
  let prompt = '';
  for (const message of messages) {
    if (!isObject(message)) throw malformed('#/messages/0: expected type: JSONObject, found: String');
    const own = textsOfContent(message['content']);
    texts.push(...own);
    mediaCount += mediaOfContent(message['content']);
    if (message['role'] === 'user' || message['role'] === 'USER') prompt = own.join('\n');
  }
  return { prompt, texts, mediaCount };
}

/** The texts of a content: a text, or blocks with `text`; tool results are looked into. */
function textsOfContent(content: Json | undefined): string[] {
  if (typeof content === 'string') return [content];
  return objectsOf(content).flatMap((block) => {
    if (typeof block['text'] === 'string') return [block['text']];
    if (isObject(block['guardContent'])) return guardText(block['guardContent']);
    if (isObject(block['toolResult'])) return toolResultTexts(block['toolResult']['content']);
    if (TOOL_RESULT_TYPES.includes(textOf(block['type']))) return textsOfContent(block['content']);
    return [];
  });
}

function guardText(block: JsonObject): string[] {
  const text = block['text'];
  return isObject(text) && typeof text['text'] === 'string' ? [text['text']] : [];
}

function toolResultTexts(content: Json | undefined): string[] {
  return objectsOf(content).flatMap((block) => {
    if (typeof block['text'] === 'string') return [block['text']];
    return block['json'] === undefined ? [] : [JSON.stringify(block['json'])];
  });
}

function mediaOfContent(content: Json | undefined): number {
  return listOf(content).filter((block) => isObject(block) && MEDIA_KEYS.some((key) => isObject(block[key]))).length;
}

/** Checks a list of messages' own fields. @throws {ApiError} ValidationException */
export function checkMessages(body: JsonObject, fields: Fields): readonly Json[] {
  checkFields(body, { messages: { type: 'JSONArray', required: true }, ...fields });
  const messages = listOf(body['messages']);
  if (messages.length === 0) throw malformed('#/messages: expected minimum item count: 1, found: 0');
  return messages;
}
