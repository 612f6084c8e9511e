/** Numbers that only look as if by chance: the same in each run, so that no run fails that another passes. */
import { Dice } from '../../src/identity/authorization/testing/random-access.ts';

/** `VARVE_SEED=…` tries others. */
export const SEED = Number(process.env['VARVE_SEED'] ?? 7);

/** Like `randomInt` of node:crypto: below the limit, or from `min` to below `max`. */
export function seededInts(): (...bounds: [limit: number] | [min: number, max: number]) => number {
  const dice = new Dice(SEED);
  return (first, max?: number) => (max === undefined ? dice.below(first) : first + dice.below(max - first));
}
