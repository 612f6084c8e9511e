import { DEFAULT_SELECTORS, type Trail } from '#trails';

/** What PutEventSelectors and GetEventSelectors answer: the one kind that the trail has. */
export function selectorsAnswer({ arn, selectors }: Trail): Record<string, unknown> {
  return selectors?.kind === 'advanced'
    ? { TrailARN: arn, AdvancedEventSelectors: selectors.selectors }
    : { TrailARN: arn, EventSelectors: selectors?.selectors ?? DEFAULT_SELECTORS };
}
