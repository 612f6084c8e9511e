/**
 * Reads a Converse or ConverseStream body. Its types were checked against the schema where it came in; here are the rules
 * that the schema cannot say, in AWS's words (as in public reports).
 */
import { ApiError } from '#wire';
import { checkFields } from '../malformed.ts';
import type { ModelRequest } from '../generation.ts';
import { isObject, type JsonObject, numberOf, objectOf, objectsOf, textOf, textsOf } from '../json.ts';
import { readMessages } from '../families/content.ts';

/** @throws {ApiError} ValidationException */
export function parseConverse(body: JsonObject): ModelRequest {
  checkFields(body, {
    messages: { type: 'JSONArray' },
    system: { type: 'JSONArray' },
    inferenceConfig: { type: 'JSONObject' },
    toolConfig: { type: 'JSONObject' },
  });
  const messages = objectsOf(body['messages']);
  checkConversation(messages);
  const inference = objectOf(body['inferenceConfig']);
  const toolConfig = objectOf(body['toolConfig']);
  const read = readMessages(messages, body['system']);
  return {
    ...read,
    texts: body['toolConfig'] === undefined ? read.texts : [...read.texts, JSON.stringify(toolConfig)],
    maxTokens: numberOf(inference['maxTokens']),
    stopSequences: textsOf(inference['stopSequences']),
    tool: forcedTool(toolConfig),
  };
}

function checkConversation(messages: readonly JsonObject[]): void {
  if (messages[0]?.['role'] !== 'user') {
    throw invalid(
      'A conversation must start with a user message. Try again with a conversation that starts with a user message.',
    );
  }
  for (const [index, { role, content }] of messages.entries()) {
    const blocks = objectsOf(content);
    if (blocks.length === 0) {
      throw invalid(
        `The content field in the Message object at messages.${index} is empty. Add a ContentBlock object to the content field and try again.`,
      );
    }
    if (index > 0 && messages[index - 1]?.['role'] === role) {
      throw invalid(
        'A conversation must alternate between user and assistant roles. Make sure the conversation alternates between user and assistant roles and try again.',
      );
    }
    const blank = blocks.findIndex(({ text }) => typeof text === 'string' && text.trim() === '');
    if (blank >= 0) {
      throw invalid(
        `The text field in the ContentBlock object at messages.${index}.content.${blank} is blank. Add text to the text field, and try again.`,
      );
    }
  }
}

/** The tool that `toolChoice` demands: a named one, or with `any` the first. */
function forcedTool(toolConfig: JsonObject): ModelRequest['tool'] {
  const choice = toolConfig['toolChoice'];
  if (!isObject(choice)) return undefined;
  const tools = objectsOf(toolConfig['tools']).map((tool) => objectOf(tool['toolSpec']));
  const wanted = isObject(choice['tool']) ? textOf(choice['tool']['name']) : undefined;
  if (wanted === undefined && choice['any'] === undefined) return undefined;
  const spec = wanted === undefined ? tools[0] : tools.find((tool) => tool['name'] === wanted);
  if (!spec) throw invalid('The toolChoice field refers to a tool that is not in the toolConfig.tools field.');
  return { name: textOf(spec['name']), schema: objectOf(objectOf(spec['inputSchema'])['json']) };
}

function invalid(message: string): ApiError {
  return new ApiError('ValidationException', message, { status: 400 });
}
