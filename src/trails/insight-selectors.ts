/** Insight selectors: kept and told; nothing is analysed here. (cloudtrail.md §4) */
import { invalidInsightSelectors } from './errors.ts';
import type { InsightSelector } from './types.ts';

export interface GivenInsightSelector {
  readonly InsightType?: string | undefined;
  readonly EventCategories?: readonly string[] | undefined;
}

/** @throws {ApiError} InvalidInsightSelectorsException; types and categories themselves are the model's to check */
export function checkInsightSelectors(given: readonly GivenInsightSelector[]): InsightSelector[] {
  const types = new Set<string>();
  return given.map(({ InsightType, EventCategories }) => {
    if (InsightType === undefined) throw invalidInsightSelectors('Each insight selector must have an InsightType.');
    if (types.has(InsightType)) {
      throw invalidInsightSelectors(`The insight type is given more than once: ${InsightType}`);
    }
    types.add(InsightType);
    return { InsightType, ...(EventCategories ? { EventCategories } : {}) };
  });
}
