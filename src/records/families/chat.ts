import { at, textAt } from '../json/parse.ts';
import { contentText, lastUserTextOf } from './blocks.ts';
import type { Family } from './family.ts';

/** OpenAI's chat-completions format, used by most of the newer families (gpt-oss, DeepSeek, Qwen, Writer, …). */
export const chat: Family = {
  idParts: ['openai.', 'deepseek.', 'qwen.', 'writer.', 'minimax.', 'moonshot', 'zai.', 'nvidia.', 'google.'],
  prompt: (request) => lastUserTextOf(request) || textAt(request, 'prompt'),
  completion: (response) =>
    contentText(at(response, 'choices', 0, 'message', 'content')) || textAt(response, 'choices', 0, 'text'),
  // Mistral's and DeepSeek's chunks say `message` where OpenAI's say `delta` (captures S10 to S12).
  delta: (chunk) =>
    textAt(chunk, 'choices', 0, 'delta', 'content') ||
    contentText(at(chunk, 'choices', 0, 'message', 'content')) ||
    textAt(chunk, 'choices', 0, 'text'),
  stopReason: (body) => textAt(body, 'choices', 0, 'finish_reason') || textAt(body, 'choices', 0, 'stop_reason'),
};
