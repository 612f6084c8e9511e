import type { Family } from './family.ts';
import { families, unknown } from './unknown.ts';

export type { Family } from './family.ts';

/** The family of a model id, inference profile or ARN. */
export function familyOf(modelId: string): Family {
  return families.find(({ idParts }) => idParts.some((part) => modelId.includes(part))) ?? unknown;
}
