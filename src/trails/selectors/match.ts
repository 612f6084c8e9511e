/**
 * Which events selectors select, compiled to predicates: they stand in the way of every request.
 *
 * An event is selected by any selector; an advanced selector by all of its fields; a field by any of its SELECT operators
 * (Equals, StartsWith, EndsWith; without one of them by every value) unless one of its DESELECT operators (Not…) is hit.
 * Upper and lower case differ. (Source: CloudTrail User Guide, "How CloudTrail evaluates multiple conditions for a field".)
 */
import type {
  AdvancedEventSelector,
  AdvancedFieldSelector,
  EventSelector,
  EventSelectorSettings,
  ReadWriteType,
  SelectableEvent,
} from '../types.ts';
import { ALL_OF_TYPE, DEFAULT_SELECTORS } from './basic.ts';
import { canonicalType } from './resource-types.ts';

export type EventPredicate = (event: SelectableEvent) => boolean;

/** @param settings undefined: none were ever put; then all management events */
export function compileSelectors(settings: EventSelectorSettings | undefined): EventPredicate {
  const predicates =
    settings?.kind === 'advanced'
      ? settings.selectors.map(compileAdvanced)
      : (settings?.selectors ?? DEFAULT_SELECTORS).map(compileBasic);
  const [only] = predicates;
  if (only && predicates.length === 1) return only;
  return (event) => predicates.some((selects) => selects(event));
}

const READ_WRITE: Readonly<Record<ReadWriteType, (readOnly: boolean) => boolean>> = {
  All: () => true,
  ReadOnly: (readOnly) => readOnly,
  WriteOnly: (readOnly) => !readOnly,
};

function compileBasic(selector: EventSelector): EventPredicate {
  const { IncludeManagementEvents: withManagement, DataResources, ExcludeManagementEventSources } = selector;
  const allows = READ_WRITE[selector.ReadWriteType];
  const excluded = new Set(ExcludeManagementEventSources);
  const resources = DataResources.map(({ Type, Values }) => ({ type: Type, hits: arnTest(Type, Values) }));
  return (event) => {
    if (!allows(event.readOnly)) return false;
    if (event.category === 'Management') return withManagement && !excluded.has(event.eventSource);
    return resources.some(({ type, hits }) =>
      event.resources?.some((resource) => resource.type === type && hits(arnOf(resource))),
    );
  };
}

/** A call about many objects has what their ARNs begin with; one that names no resource has none. */
function arnOf({ ARN, ARNPrefix }: NonNullable<SelectableEvent['resources']>[number]): string {
  return ARN ?? ARNPrefix ?? '';
}

/** S3's values are prefixes of objects' ARNs; those of functions and tables are ARNs. */
function arnTest(type: string, values: readonly string[]): (arn: string) => boolean {
  if (values.includes(ALL_OF_TYPE[type] ?? '')) return () => true;
  if (type === 'AWS::S3::Object') return (arn) => values.some((value) => arn.startsWith(value));
  const exact = new Set(values);
  return (arn) => exact.has(arn);
}

function compileAdvanced({ FieldSelectors }: AdvancedEventSelector): EventPredicate {
  const types = new Set(
    FieldSelectors.flatMap(({ Field, Equals = [] }) => (Field === 'resources.type' ? Equals.map(canonicalType) : [])),
  );
  const tests = FieldSelectors.map((field) => compileField(field, types));
  return (event) => tests.every((test) => test(event));
}

/** The values of a field that has one at most. */
const SINGLE: Readonly<Record<string, (event: SelectableEvent) => string | undefined>> = {
  eventCategory: ({ category }) => category,
  eventSource: ({ eventSource }) => eventSource,
  eventName: ({ eventName }) => eventName,
  eventType: ({ eventType }) => eventType,
  readOnly: ({ readOnly }) => (readOnly ? 'true' : 'false'),
  'userIdentity.arn': ({ identity }) => identity.arn,
  sessionCredentialFromConsole: ({ fromConsole }) => (fromConsole ? 'true' : undefined),
};

function compileField(field: AdvancedFieldSelector, types: ReadonlySet<string>): EventPredicate {
  const { Field } = field;
  if (Field === 'resources.type') {
    return ({ resources }) => resources?.some(({ type }) => types.has(canonicalType(type))) === true;
  }
  const { selects, deselects } = compileConditions(field);
  if (Field === 'resources.ARN') {
    // Conditions are about the resources of the selector's type; an event may name others besides.
    return ({ resources = [] }) => {
      const arns = resources.filter(({ type }) => types.has(canonicalType(type))).map(arnOf);
      return !arns.some(deselects) && (selects === undefined || arns.some(selects));
    };
  }
  // Fields that no event here has (vpcEndpointId, errorCode of network activity) have no value.
  const valueOf = SINGLE[Field] ?? (() => undefined);
  return (event) => {
    const value = valueOf(event);
    if (value === undefined) return selects === undefined;
    return !deselects(value) && (selects === undefined || selects(value));
  };
}

interface Conditions {
  /** Undefined: the field has no SELECT operator, so every value will do. */
  readonly selects: ((value: string) => boolean) | undefined;
  readonly deselects: (value: string) => boolean;
}

function compileConditions(field: AdvancedFieldSelector): Conditions {
  const { Equals, StartsWith, EndsWith, NotEquals, NotStartsWith, NotEndsWith } = field;
  return {
    selects: Equals || StartsWith || EndsWith ? anyOf(Equals, StartsWith, EndsWith) : undefined,
    deselects: anyOf(NotEquals, NotStartsWith, NotEndsWith),
  };
}

function anyOf(
  equals: readonly string[] = [],
  starts: readonly string[] = [],
  ends: readonly string[] = [],
): (value: string) => boolean {
  const exact = new Set(equals);
  return (value) =>
    exact.has(value) || starts.some((start) => value.startsWith(start)) || ends.some((end) => value.endsWith(end));
}
