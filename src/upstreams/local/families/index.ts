import { echo } from './echo.ts';
import type { Family } from './family.ts';

export type { Family } from './family.ts';

/** The first that matches counts. */
const FAMILIES: readonly Family[] = [echo];

/** The family of a model's id. */
export function familyOf(modelId: string): Family | undefined {
  return FAMILIES.find((family) => family.matches(modelId));
}
