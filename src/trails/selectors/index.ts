import type { EventSelectorSettings } from '../types.ts';
import { checkAdvancedSelectors, type GivenAdvancedSelector } from './advanced.ts';
import { checkBasicSelectors, type GivenEventSelector } from './basic.ts';
import { invalidSelectors } from './errors.ts';

export { DEFAULT_SELECTORS } from './basic.ts';
export { compileSelectors, type EventPredicate } from './match.ts';

export interface GivenSelectors {
  readonly EventSelectors?: readonly GivenEventSelector[] | undefined;
  readonly AdvancedEventSelectors?: readonly GivenAdvancedSelector[] | undefined;
}

/**
 * What PutEventSelectors is to keep: one kind. An empty list beside the other kind is as good as none.
 * @throws {ApiError} InvalidEventSelectorsException in AWS's words
 */
export function checkSelectors({ EventSelectors, AdvancedEventSelectors }: GivenSelectors): EventSelectorSettings {
  if (EventSelectors?.length && AdvancedEventSelectors?.length) {
    throw invalidSelectors(
      'You can select events by using either EventSelectors or AdvancedEventSelectors, but not both.',
    );
  }
  if (AdvancedEventSelectors && !EventSelectors?.length) {
    return { kind: 'advanced', selectors: checkAdvancedSelectors(AdvancedEventSelectors) };
  }
  if (EventSelectors) return { kind: 'basic', selectors: checkBasicSelectors(EventSelectors) };
  throw invalidSelectors('Specify EventSelectors or AdvancedEventSelectors.');
}
