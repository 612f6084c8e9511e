/** Advanced event selectors of trails: which fields, operators and values AWS takes, with its texts. (cloudtrail.md §3.2, §3.3) */
import type { AdvancedEventSelector, AdvancedFieldSelector } from '../types.ts';
import { EXCLUDABLE_SOURCES } from './basic.ts';
import { invalidSelectors } from './errors.ts';
import { isArnOfType, isResourceType } from './resource-types.ts';

export const OPERATORS = ['Equals', 'StartsWith', 'EndsWith', 'NotEquals', 'NotStartsWith', 'NotEndsWith'] as const;
export type Operator = (typeof OPERATORS)[number];

type Values = Partial<Readonly<Record<Operator, readonly string[] | undefined>>>;
export interface GivenFieldSelector extends Values {
  readonly Field?: string | undefined;
}
export interface GivenAdvancedSelector {
  readonly Name?: string | undefined;
  readonly FieldSelectors?: readonly GivenFieldSelector[] | undefined;
}

/** Values of all conditions of all selectors of a trail. */
const VALUES_MAX = 500;

type Category = 'Management' | 'Data' | 'NetworkActivity';

/** What a field takes in the selectors of a category. */
interface FieldRule {
  readonly required?: true;
  /** Default: all six. */
  readonly operators?: readonly Operator[];
  /** Default: any text. */
  readonly values?: ReadonlySet<string>;
}

const EQUALS = ['Equals'] as const;
const CATEGORY: FieldRule = { required: true, operators: EQUALS };
const READ_ONLY: FieldRule = { operators: EQUALS, values: new Set(['true', 'false']) };

const FIELDS: Readonly<Record<Category, Readonly<Record<string, FieldRule>>>> = {
  Management: {
    eventCategory: CATEGORY,
    // Of a trail's management events only these two services' can be left out.
    eventSource: { operators: ['NotEquals'], values: EXCLUDABLE_SOURCES },
    readOnly: READ_ONLY,
  },
  Data: {
    eventCategory: CATEGORY,
    'resources.type': { required: true, operators: EQUALS },
    readOnly: READ_ONLY,
    eventName: {},
    eventSource: {},
    eventType: {},
    'resources.ARN': {},
    'userIdentity.arn': {},
    sessionCredentialFromConsole: { operators: ['Equals', 'NotEquals'], values: new Set(['true']) },
  },
  NetworkActivity: {
    eventCategory: CATEGORY,
    eventSource: { required: true, operators: EQUALS },
    eventName: {},
    errorCode: { operators: EQUALS, values: new Set(['VpceAccessDenied']) },
    vpcEndpointId: {},
  },
};

/**
 * Advanced selectors as they are kept and shown: word for word as they were given.
 * @throws {ApiError} InvalidEventSelectorsException
 */
export function checkAdvancedSelectors(given: readonly GivenAdvancedSelector[]): AdvancedEventSelector[] {
  if (given.length === 0) throw invalidSelectors('Specify at least one advanced event selector.');
  const selectors = given.map(checkSelector);
  const values = selectors
    .flatMap(({ FieldSelectors }) => FieldSelectors)
    .reduce((sum, field) => sum + OPERATORS.reduce((own, operator) => own + (field[operator]?.length ?? 0), 0), 0);
  if (values > VALUES_MAX) {
    throw invalidSelectors(
      `Specify a valid number of values (1 to ${VALUES_MAX}) for all conditions of all your advanced event selectors.`,
    );
  }
  return selectors;
}

function checkSelector({ Name, FieldSelectors = [] }: GivenAdvancedSelector): AdvancedEventSelector {
  const fields = FieldSelectors.map(keepField);
  const category = categoryOf(fields);
  const rules = FIELDS[category];
  for (const field of fields) checkField(field, category);
  for (const [name, { required }] of Object.entries(rules)) {
    if (required && !fields.some(({ Field }) => Field === name)) {
      throw invalidSelectors(
        `The following field is required when the eventCategory field value equals ${category}: ${name}.`,
      );
    }
  }
  if (category === 'Data') checkResources(fields);
  return { ...(Name === undefined ? {} : { Name }), FieldSelectors: fields };
}

/** The members that the API knows, in its order; lists that are not there stay away. */
function keepField({ Field = '', ...given }: GivenFieldSelector): AdvancedFieldSelector {
  const conditions = OPERATORS.flatMap((operator) => {
    const values = given[operator];
    return values && values.length > 0 ? [[operator, values] as const] : [];
  });
  if (conditions.length === 0)
    throw invalidSelectors(`The field ${Field} must have at least one operator with a value.`);
  return { Field, ...Object.fromEntries(conditions) };
}

function categoryOf(fields: readonly AdvancedFieldSelector[]): Category {
  const [field, ...others] = fields.filter(({ Field }) => Field === 'eventCategory');
  if (!field) throw invalidSelectors('Each advanced event selector must have the field eventCategory.');
  const [category = '', ...more] = field.Equals ?? [];
  if (others.length > 0 || more.length > 0 || category === '') {
    throw invalidSelectors('The field eventCategory must have the operator Equals with one value, once in a selector.');
  }
  if (!Object.hasOwn(FIELDS, category)) {
    throw invalidSelectors(
      `The value ${category} of the field eventCategory is not valid for a trail: use one of ${Object.keys(FIELDS).join(', ')}.`,
    );
  }
  return category as Category;
}

function checkField(field: AdvancedFieldSelector, category: Category): void {
  const { Field } = field;
  const rules = FIELDS[category];
  const rule = Object.hasOwn(rules, Field) ? rules[Field] : undefined;
  if (!rule) {
    throw invalidSelectors(
      `The following field is not allowed when the eventCategory field value equals ${category}: ${Field}.`,
    );
  }
  for (const operator of OPERATORS) {
    const values = field[operator];
    if (!values) continue;
    if (rule.operators && !rule.operators.includes(operator)) {
      throw invalidSelectors(
        `The operator ${operator} is not allowed for the field ${Field} when the eventCategory field value equals ${category}: use ${rule.operators.join(' or ')}.`,
      );
    }
    for (const value of values) {
      if (rule.values && !rule.values.has(value)) {
        throw invalidSelectors(
          `The value ${value} is not valid for the field ${Field}: use ${[...rule.values].join(' or ')}.`,
        );
      }
    }
  }
}

function checkResources(fields: readonly AdvancedFieldSelector[]): void {
  const [type, ...others] = fields
    .filter(({ Field }) => Field === 'resources.type')
    .flatMap(({ Equals = [] }) => Equals);
  const types = [type ?? '', ...others];
  const unknown = types.find((each) => !isResourceType(each));
  if (unknown !== undefined) throw invalidSelectors(`The value ${unknown} is not valid for the field resources.type.`);
  // Bedrock Mantle's guide gives its types in one list, and AWS takes it.
  if (others.length > 0 && !types.every((each) => each.startsWith('AWS::BedrockMantle::'))) {
    throw invalidSelectors('An advanced event selector can have only one value of the field resources.type.');
  }
  for (const { Field, Equals = [], NotEquals = [] } of fields) {
    if (Field !== 'resources.ARN') continue;
    const wrong = [...Equals, ...NotEquals].find((arn) => !types.some((each) => isArnOfType(arn, each)));
    if (wrong === undefined) continue;
    throw invalidSelectors(
      `The value ${wrong} of the field resources.ARN is not the ARN of a resource of the type ${types.join(', ')}.`,
    );
  }
}
