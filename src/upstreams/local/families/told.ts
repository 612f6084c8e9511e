import type { Generation, Stop } from '../generation.ts';
import { objectOf, textOf, type JsonObject, objectsOf, isObject } from '../json.ts';
import type { ModelRequest } from '../generation.ts';

type Words = Readonly<Record<string, string>>;

/** A family's word for a stop reason; what it has no word for is told as it is. */
export function told(stop: Stop, words: Words): string {
  return Object.hasOwn(words, stop) ? (words[stop] ?? stop) : stop;
}

/** `stop` and `length`, as Llama, Mistral, DeepSeek, AI21 and OpenAI say. */
export const STOP_LENGTH: Words = {
  end_turn: 'stop',
  stop_sequence: 'stop',
  max_tokens: 'length',
  tool_use: 'tool_calls',
  content_filtered: 'content_filter',
  guardrail_intervened: 'content_filter',
};

/** Seconds since 1970, as `created` in the OpenAI-like formats. */
export function createdSeconds({ nowMs }: Generation): number {
  return Math.floor(nowMs / 1_000);
}

/** The model's name within the id: `us.mistral.pixtral-large-2502-v1:0` is `pixtral-large-2502`. */
export function shortName(modelId: string): string {
  return modelId.replace(/^[a-z0-9]+\./, '').replace(/-v\d+(?::\d+)?(?::.+)?$/, '');
}

/** The function that an OpenAI-like request's `tool_choice` demands. */
export function forcedFunction(body: JsonObject): ModelRequest['tool'] {
  const choice = body['tool_choice'];
  const functions = objectsOf(body['tools']).map((tool) => objectOf(tool['function']));
  const wanted = isObject(choice) ? textOf(objectOf(choice['function'])['name']) : undefined;
  if (wanted === undefined && choice !== 'required' && choice !== 'any') return undefined;
  const spec = wanted === undefined ? functions[0] : functions.find(({ name }) => name === wanted);
  return spec && { name: textOf(spec['name']), schema: objectOf(spec['parameters']) };
}

/** Tools count among what the model reads. */
export function toolTexts(body: JsonObject): readonly string[] {
  return body['tools'] === undefined ? [] : [JSON.stringify(body['tools'])];
}
