import { byBody } from './by-body.ts';
import { anthropicLegacy } from './anthropic-legacy.ts';
import { anthropicMessages } from './anthropic-messages.ts';

/** Claude: Messages, or text completion where the body has a `prompt`. */
export const anthropic = byBody(
  { name: 'anthropic', converses: true, matches: (modelId) => modelId.startsWith('anthropic.') },
  (body) => (body['prompt'] !== undefined && body['messages'] === undefined ? anthropicLegacy : anthropicMessages),
);
