import { byBody } from './by-body.ts';
import { mistralChat } from './mistral-chat.ts';
import { mistralText } from './mistral-text.ts';

/** Mistral up to Pixtral: text generation, or chat where the body has `messages`. Later ones speak OpenAI's format. */
export const mistral = byBody(
  {
    name: 'mistral',
    converses: true,
    matches: (modelId) => /^mistral\.(?:mistral-7b|mixtral|mistral-(?:large|small)-24|pixtral)/.test(modelId),
  },
  (body) => (body['messages'] === undefined ? mistralText : mistralChat),
);
