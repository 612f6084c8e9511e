/** Which trails get an event: asked for every request, so answered from predicates compiled once a change. */
import { compileSelectors, type EventPredicate } from './selectors/index.ts';
import { CLOUDTRAIL_PRINCIPAL } from './targets.ts';
import { routeOf, type SelectableEvent, type Trail } from './types.ts';

interface Compiled {
  readonly route: string;
  readonly selects: EventPredicate;
  readonly includesGlobal: boolean;
}

/** Regions come from what requests are signed for: of an account no more than these are kept compiled. */
const REGIONS_KEPT_MAX = 100;
const NONE: readonly string[] = [];

export class TrailRoutes {
  /** Trails that are logging, by account; accounts that have none are not there. */
  readonly #logging = new Map<string, Trail[]>();
  readonly #compiled = new Map<string, Map<string, readonly Compiled[]>>();

  /** Takes the trails as they are now. */
  rebuild(trails: Iterable<Trail>): void {
    this.#logging.clear();
    this.#compiled.clear();
    for (const trail of trails) {
      if (!trail.isLogging) continue;
      const known = this.#logging.get(trail.accountId);
      if (known) known.push(trail);
      else this.#logging.set(trail.accountId, [trail]);
    }
  }

  /** The routes of the trails that select the event: at most five, by the quota on trails in a Region. */
  routesFor(event: SelectableEvent): readonly string[] {
    const trails = this.#logging.get(event.accountId);
    if (!trails || isOwnDelivery(event)) return NONE;
    const isGlobal = isGlobalEvent(event);
    let routes: string[] | undefined;
    for (const { route, selects, includesGlobal } of this.#inRegion(event, trails)) {
      if ((isGlobal && !includesGlobal) || !selects(event)) continue;
      if (routes) routes.push(route);
      else routes = [route];
    }
    return routes ?? NONE;
  }

  #inRegion({ accountId, region }: SelectableEvent, trails: readonly Trail[]): readonly Compiled[] {
    let regions = this.#compiled.get(accountId);
    if (!regions) this.#compiled.set(accountId, (regions = new Map()));
    let compiled = regions.get(region);
    if (!compiled) {
      compiled = trails
        .filter(({ homeRegion, isMultiRegion }) => isMultiRegion || homeRegion === region)
        .map((trail) => ({
          route: routeOf(trail),
          selects: compileSelectors(trail.selectors),
          includesGlobal: trail.includesGlobal,
        }));
      if (regions.size < REGIONS_KEPT_MAX) regions.set(region, compiled);
    }
    return compiled;
  }
}

/** A trail that logged its own deliveries would deliver for ever. */
function isOwnDelivery({ identity }: SelectableEvent): boolean {
  return identity.type === 'AWSService' && identity.invokedBy === CLOUDTRAIL_PRINCIPAL;
}

/**
 * Events of services without a Region happen in us-east-1: trails there get them, and those of all Regions, unless they leave
 * them out. (CloudTrail User Guide, "About global service events", since November 2021.)
 */
function isGlobalEvent({ eventSource, region }: SelectableEvent): boolean {
  return eventSource === 'iam.amazonaws.com' || (eventSource === 'sts.amazonaws.com' && region === 'us-east-1');
}
