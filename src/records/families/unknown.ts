import type { JsonObject } from '../json/parse.ts';
import { ai21 } from './ai21.ts';
import { anthropic } from './anthropic.ts';
import { chat } from './chat.ts';
import { cohere } from './cohere.ts';
import type { Family } from './family.ts';
import { llama } from './llama.ts';
import { mistral } from './mistral.ts';
import { nova } from './nova.ts';
import { stability } from './stability.ts';
import { titan } from './titan.ts';

/** Order matters only where two families share a key: the first that finds a text wins. */
export const families: readonly Family[] = [anthropic, nova, titan, llama, mistral, cohere, ai21, stability, chat];

function firstText(find: (family: Family) => string): string {
  for (const family of families) {
    const text = find(family);
    if (text !== '') return text;
  }
  return '';
}

/** For ids that name no family (application inference profiles, provisioned throughput): whichever format fits. */
export const unknown: Family = {
  idParts: [],
  prompt: (request: JsonObject) => firstText((family) => family.prompt(request)),
  completion: (response: JsonObject) => firstText((family) => family.completion(response)),
  delta: (chunk: JsonObject) => firstText((family) => family.delta(chunk)),
  stopReason: (body: JsonObject) => firstText((family) => family.stopReason(body)),
};
