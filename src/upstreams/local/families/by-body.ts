import type { Generation } from '../generation.ts';
import type { JsonObject } from '../json.ts';
import type { Family } from './family.ts';

/** A family whose models take several formats, told by the body: `choose` gives the one that is meant. */
export function byBody(
  shared: Pick<Family, 'name' | 'matches' | 'converses'>,
  choose: (body: JsonObject) => Family,
): Family {
  return {
    ...shared,
    parseRequest: (body, modelId) => choose(body).parseRequest(body, modelId),
    renderWhole: (generation) => choose(generation.body).renderWhole(generation),
    renderChunks: (generation: Generation) => choose(generation.body).renderChunks?.(generation) ?? [],
  };
}
