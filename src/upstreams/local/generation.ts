/** What the built-in model answers, before any family puts it into its own words. */
import type { IdSource } from '#base';
import type { JsonObject } from './json.ts';
import type { Knobs } from './knobs.ts';
import { countTokens, firstTokens, MEDIA_TOKENS, words } from './tokens.ts';
import { exampleOf } from './tool-input.ts';

/** Converse's stop reasons that the families have words for; other texts are told as they are. */
export type Stop =
  | 'end_turn'
  | 'max_tokens'
  | 'stop_sequence'
  | 'tool_use'
  | 'content_filtered'
  | 'guardrail_intervened'
  | (string & {});

/** What every family's request comes down to. */
export interface ModelRequest {
  /** The last thing the user said: what is echoed. */
  readonly prompt: string;
  /** All text that the model reads, for counting. */
  readonly texts: readonly string[];
  /** The texts' tokens when not all of them were read (body-reader.ts). */
  readonly textTokens?: number;
  /** The prompt is only the beginning of what the user said. */
  readonly promptIsCut?: boolean;
  /** Images, documents, … among the input. */
  readonly mediaCount?: number;
  readonly maxTokens?: number | undefined;
  readonly stopSequences?: readonly string[];
  /** The tool that the model must call. */
  readonly tool?: { readonly name: string; readonly schema: JsonObject } | undefined;
}

export interface Generation {
  readonly modelId: string;
  readonly body: JsonObject;
  readonly request: ModelRequest;
  readonly text: string;
  /** The text as a stream hands it out. */
  readonly words: readonly string[];
  /** What it claims to have thought; its tokens are among the output's. */
  readonly reasoning: string | undefined;
  readonly stop: Stop;
  readonly stopSequence: string | undefined;
  readonly tool: { readonly name: string; readonly input: JsonObject } | undefined;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Undefined: the call says nothing of caching. */
  readonly cacheRead: number | undefined;
  readonly cacheWrite: number | undefined;
  readonly imageBytes: number;
  readonly nowMs: number;
  readonly ids: IdSource;
}

export interface GenerateOptions {
  readonly modelId: string;
  readonly body: JsonObject;
  readonly request: ModelRequest;
  readonly knobs: Knobs;
  readonly nowMs: number;
  readonly ids: IdSource;
}

/** An echo ends here as a model's answer ends at the model's limit: with `max_tokens`. */
const ECHO_CHARS_MAX = 4 * 1024 * 1024;
const BLOCKED_INPUT = 'Sorry, the model cannot answer this question.';

export function inputTokensOf({ texts, textTokens, mediaCount = 0 }: ModelRequest): number {
  const counted = textTokens ?? texts.reduce((sum, text) => sum + countTokens(text), 0);
  return counted + mediaCount * MEDIA_TOKENS;
}

export function generate({ modelId, body, request, knobs, nowMs, ids }: GenerateOptions): Generation {
  const counted = knobs.inputTokens ?? inputTokensOf(request);
  const answer = answerOf(request, knobs);
  // A guardrail that stops the input keeps it from the model: nothing is counted (bedrock-invocation-log.md §1.3).
  const unseen = knobs.guardrail?.action === 'INTERVENED' && knobs.guardrail.source !== 'output';
  return {
    modelId,
    body,
    request,
    text: answer.text,
    words: words(answer.text),
    reasoning: knobs.reasoningText,
    stop: knobs.stopReason ?? answer.stop,
    stopSequence: answer.stopSequence,
    tool: answer.tool,
    inputTokens: unseen ? 0 : counted,
    outputTokens: unseen ? 0 : answer.outputTokens + countTokens(knobs.reasoningText ?? ''),
    cacheRead: unseen && knobs.cacheReadTokens !== undefined ? 0 : knobs.cacheReadTokens,
    cacheWrite: unseen && knobs.cacheWriteTokens !== undefined ? 0 : knobs.cacheWriteTokens,
    imageBytes: knobs.imageBytes ?? 0,
    nowMs,
    ids,
  };
}

type Answer = Pick<Generation, 'text' | 'stop' | 'stopSequence' | 'tool' | 'outputTokens'>;

function answerOf(request: ModelRequest, knobs: Knobs): Answer {
  if (knobs.guardrail?.action === 'INTERVENED') {
    const text = knobs.guardrail.message ?? BLOCKED_INPUT;
    return {
      text,
      stop: 'guardrail_intervened',
      stopSequence: undefined,
      tool: undefined,
      outputTokens: knobs.outputTokens ?? countTokens(text),
    };
  }
  if (request.tool && knobs.outputText === undefined) return toolAnswer(request.tool, request.prompt, knobs);
  return textAnswer(request, knobs);
}

function toolAnswer(tool: NonNullable<ModelRequest['tool']>, prompt: string, knobs: Knobs): Answer {
  const input = exampleOf(tool.schema, prompt);
  const outputTokens = knobs.outputTokens ?? countTokens(tool.name) + countTokens(JSON.stringify(input));
  return { text: '', stop: 'tool_use', stopSequence: undefined, tool: { name: tool.name, input }, outputTokens };
}

function textAnswer(request: ModelRequest, knobs: Knobs): Answer {
  const echoed = knobs.outputText === undefined && knobs.outputTokens === undefined;
  let text = knobs.outputText ?? repeated(request.prompt, knobs.outputTokens);
  let stop: Stop = echoed && (request.promptIsCut === true || text.length > ECHO_CHARS_MAX) ? 'max_tokens' : 'end_turn';
  // Not between the halves of a character.
  if (echoed && text.length > ECHO_CHARS_MAX) text = text.slice(0, ECHO_CHARS_MAX).replace(/[\uD800-\uDBFF]$/, '');
  const stopSequence = firstOf(text, request.stopSequences ?? []);
  if (stopSequence !== undefined) {
    text = text.slice(0, text.indexOf(stopSequence));
    stop = 'stop_sequence';
  }
  const { maxTokens } = request;
  if (maxTokens !== undefined && maxTokens > 0) {
    const cut = firstTokens(text, maxTokens);
    if (cut.length < text.length) {
      return {
        text: cut,
        stop: 'max_tokens',
        stopSequence: undefined,
        tool: undefined,
        outputTokens: toldOr(knobs, maxTokens),
      };
    }
  }
  return { text, stop, stopSequence, tool: undefined, outputTokens: toldOr(knobs, countTokens(text)) };
}

/** With an outputText, `outputTokens` is only told; without one it is how much was written, and is counted. */
function toldOr({ outputText, outputTokens }: Knobs, counted: number): number {
  return outputText === undefined ? counted : (outputTokens ?? counted);
}

function repeated(prompt: string, tokens: number | undefined): string {
  if (tokens === undefined) return prompt;
  const once = prompt.trim() === '' ? ' echo' : ` ${prompt.trim()}`;
  const times = Math.ceil(tokens / Math.max(1, countTokens(once)));
  return firstTokens(once.repeat(times), tokens);
}

function firstOf(text: string, sequences: readonly string[]): string | undefined {
  let found: string | undefined;
  let at = Infinity;
  for (const sequence of sequences) {
    const index = sequence === '' ? -1 : text.indexOf(sequence);
    if (index >= 0 && index < at) {
      at = index;
      found = sequence;
    }
  }
  return found;
}
