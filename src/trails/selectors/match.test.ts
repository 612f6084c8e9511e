import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AdvancedFieldSelector, EventSelectorSettings, SelectableEvent } from '../types.ts';
import { type Operator, OPERATORS } from './advanced.ts';
import { checkSelectors, type GivenSelectors } from './index.ts';
import { compileSelectors } from './match.ts';

const BUCKET = 'arn:aws:s3:::logs';

function event(members: Partial<SelectableEvent> = {}): SelectableEvent {
  return {
    accountId: '123456789012',
    region: 'us-east-1',
    category: 'Data',
    eventSource: 's3.amazonaws.com',
    eventName: 'PutObject',
    eventType: 'AwsApiCall',
    readOnly: false,
    identity: { type: 'IAMUser', arn: 'arn:aws:iam::123456789012:user/alice' },
    resources: [{ type: 'AWS::S3::Object', ARN: `${BUCKET}/a/one.txt` }],
    ...members,
  };
}

const management = (members: Partial<SelectableEvent> = {}): SelectableEvent => {
  const { resources: _, ...rest } = event({ category: 'Management', eventSource: 'iam.amazonaws.com', ...members });
  return rest;
};

const selectsWith = (given: GivenSelectors) => compileSelectors(checkSelectors(given));

const onObjects = (...fields: AdvancedFieldSelector[]): GivenSelectors => ({
  AdvancedEventSelectors: [
    {
      FieldSelectors: [
        { Field: 'eventCategory', Equals: ['Data'] },
        { Field: 'resources.type', Equals: ['AWS::S3::Object'] },
        ...fields,
      ],
    },
  ],
});

/** What each operator says of `value`, when it is given `operand`. */
const MEANINGS: Readonly<Record<Operator, (value: string, operand: string) => boolean>> = {
  Equals: (value, operand) => value === operand,
  StartsWith: (value, operand) => value.startsWith(operand),
  EndsWith: (value, operand) => value.endsWith(operand),
  NotEquals: (value, operand) => value !== operand,
  NotStartsWith: (value, operand) => !value.startsWith(operand),
  NotEndsWith: (value, operand) => !value.endsWith(operand),
};

/** Fields that take every operator, with an event that has a value of them. */
const FREE_FIELDS: Readonly<Record<string, (value: string) => SelectableEvent>> = {
  eventName: (value) => event({ eventName: value }),
  eventSource: (value) => event({ eventSource: value }),
  eventType: (value) => event({ eventType: value }),
  'userIdentity.arn': (value) => event({ identity: { type: 'IAMUser', arn: value } }),
  'resources.ARN': (value) => event({ resources: [{ type: 'AWS::S3::Object', ARN: value }] }),
};

for (const [field, withValue] of Object.entries(FREE_FIELDS)) {
  test(`${field}: every set of operators, SELECT ones OR'd, DESELECT ones AND'd, both groups AND'd`, () => {
    const operands: Readonly<Record<Operator, string>> = {
      Equals: 'arn:aws:s3:::b/equal',
      StartsWith: 'arn:aws:s3:::b/st',
      EndsWith: 'end',
      NotEquals: 'arn:aws:s3:::b/st-unequal',
      NotStartsWith: 'arn:aws:s3:::b/st-not',
      NotEndsWith: 'not-end',
    };
    const values = ['equal', 'st', 'st-x', 'x-end', 'st-unequal', 'st-not-x', 'st-not-end', 'x', 'ST-X', 'Equal'];
    let selected = 0;
    for (let set = 1; set < 1 << OPERATORS.length; set += 1) {
      const used = OPERATORS.filter((_, at) => set & (1 << at));
      const conditions = Object.fromEntries(used.map((operator) => [operator, [operands[operator]]]));
      const selects = selectsWith(onObjects({ Field: field, ...conditions }));
      for (const end of values) {
        const value = `arn:aws:s3:::b/${end}`;
        const says = (operator: Operator): boolean => MEANINGS[operator](value, operands[operator]);
        const positive = used.filter((operator) => !operator.startsWith('Not'));
        const negative = used.filter((operator) => operator.startsWith('Not'));
        const expected = (positive.length === 0 || positive.some(says)) && negative.every(says);
        assert.equal(selects(withValue(value)), expected, `${used.join('+')} of ${value}`);
        if (expected) selected += 1;
      }
    }
    assert.ok(selected > 0);
  });
}

test('the six cases of the user guide come out as it says', () => {
  const selects = selectsWith(
    onObjects({
      Field: 'resources.ARN',
      Equals: ['arn:aws:s3:::amzn-s3-demo-bucket/object1'],
      StartsWith: ['arn:aws:s3:::amzn-s3-demo-bucket/'],
      EndsWith: ['object3'],
      NotStartsWith: ['arn:aws:s3:::amzn-s3-demo-bucket/deselect'],
      NotEndsWith: ['object5'],
      NotEquals: ['arn:aws:s3:::amzn-s3-demo-bucket/object6'],
    }),
  );
  const outcome = (path: string): boolean =>
    selects(event({ resources: [{ type: 'AWS::S3::Object', ARN: `arn:aws:s3:::${path}` }] }));
  assert.deepEqual(
    [
      'amzn-s3-demo-bucket/object1',
      'amzn-s3-demo-bucket/object2',
      'amzn-s3-demo-bucket1/object3',
      'amzn-s3-demo-bucket/deselectObject4',
      'amzn-s3-demo-bucket/object5',
      'amzn-s3-demo-bucket/object6',
    ].map(outcome),
    [true, true, true, false, false, false],
  );
});

test("fields of a selector are AND'd, several values of one operator OR'd, selectors OR'd", () => {
  const both = selectsWith(
    onObjects({ Field: 'eventName', Equals: ['PutObject', 'DeleteObject'] }, { Field: 'readOnly', Equals: ['false'] }),
  );
  assert.equal(both(event()), true);
  assert.equal(both(event({ eventName: 'DeleteObject' })), true);
  assert.equal(both(event({ eventName: 'GetObject' })), false);
  assert.equal(both(event({ readOnly: true })), false);

  const either = selectsWith({
    AdvancedEventSelectors: [
      { FieldSelectors: [{ Field: 'eventCategory', Equals: ['Management'] }] },
      ...(onObjects({ Field: 'eventName', Equals: ['GetObject'] }).AdvancedEventSelectors ?? []),
    ],
  });
  assert.equal(either(management()), true);
  assert.equal(either(event({ eventName: 'GetObject' })), true);
  assert.equal(either(event()), false);
});

test('advanced selectors without one for management events select none of them', () => {
  const selects = selectsWith(onObjects());
  assert.equal(selects(management()), false);
  assert.equal(selects(event()), true);
});

test('management events: read or write, and all sources but those left out', () => {
  const selects = selectsWith({
    AdvancedEventSelectors: [
      {
        FieldSelectors: [
          { Field: 'eventCategory', Equals: ['Management'] },
          { Field: 'readOnly', Equals: ['true'] },
          { Field: 'eventSource', NotEquals: ['kms.amazonaws.com', 'rdsdata.amazonaws.com'] },
        ],
      },
    ],
  });
  assert.equal(selects(management({ readOnly: true })), true);
  assert.equal(selects(management({ readOnly: false })), false);
  assert.equal(selects(management({ readOnly: true, eventSource: 'kms.amazonaws.com' })), false);
  assert.equal(selects(management({ readOnly: true, eventSource: 'rdsdata.amazonaws.com' })), false);
});

test('sessions of the console: only those, or all but those', () => {
  const console = event({ fromConsole: true });
  const only = selectsWith(onObjects({ Field: 'sessionCredentialFromConsole', Equals: ['true'] }));
  assert.deepEqual([only(console), only(event())], [true, false]);
  const others = selectsWith(onObjects({ Field: 'sessionCredentialFromConsole', NotEquals: ['true'] }));
  assert.deepEqual([others(console), others(event())], [false, true]);
});

test('a field that an event lacks meets no SELECT operator and hits no DESELECT one', () => {
  const nobody = event({ identity: { type: 'AWSService', invokedBy: 'bedrock.amazonaws.com' } });
  assert.equal(selectsWith(onObjects({ Field: 'userIdentity.arn', StartsWith: ['a'] }))(nobody), false);
  assert.equal(selectsWith(onObjects({ Field: 'userIdentity.arn', NotStartsWith: ['a'] }))(nobody), true);
  const { resources: _, ...bare } = event();
  assert.equal(selectsWith(onObjects())(bare), false);
});

test("conditions on ARNs are about resources of the selector's type, also when events name others, or a prefix", () => {
  const selects = selectsWith(onObjects({ Field: 'resources.ARN', NotStartsWith: [`${BUCKET}/`] }));
  const copied = event({
    resources: [
      { type: 'AWS::S3::Bucket', ARN: `${BUCKET}/` },
      { type: 'AWS::S3::Object', ARN: 'arn:aws:s3:::others/x' },
    ],
  });
  assert.equal(selects(copied), true);
  assert.equal(selects(event({ resources: [{ type: 'AWS::S3::Object', ARNPrefix: `${BUCKET}/` }] })), false);
  assert.equal(
    selectsWith(onObjects({ Field: 'resources.ARN', StartsWith: [`${BUCKET}/`] }))(
      event({ resources: [{ type: 'AWS::S3::Object', ARNPrefix: `${BUCKET}/` }] }),
    ),
    true,
  );
});

test('the two names of prompts mean the same resources', () => {
  for (const selected of ['AWS::Bedrock::Prompt', 'AWS::Bedrock::PromptVersion']) {
    const selects = selectsWith({
      AdvancedEventSelectors: [
        {
          FieldSelectors: [
            { Field: 'eventCategory', Equals: ['Data'] },
            { Field: 'resources.type', Equals: [selected] },
          ],
        },
      ],
    });
    for (const type of ['AWS::Bedrock::Prompt', 'AWS::Bedrock::PromptVersion']) {
      assert.equal(selects(event({ resources: [{ type, ARN: 'arn:aws:bedrock:us-east-1:1:prompt/P' }] })), true);
    }
  }
});

test('basic selectors: read or write, sources left out, prefixes of objects, exact functions and tables', () => {
  const none = compileSelectors(undefined);
  assert.deepEqual([none(management()), none(management({ readOnly: true })), none(event())], [true, true, false]);

  const writes = selectsWith({
    EventSelectors: [{ ReadWriteType: 'WriteOnly', ExcludeManagementEventSources: ['kms.amazonaws.com'] }],
  });
  assert.deepEqual(
    [
      writes(management()),
      writes(management({ readOnly: true })),
      writes(management({ eventSource: 'kms.amazonaws.com' })),
    ],
    [true, false, false],
  );

  const selects = selectsWith({
    EventSelectors: [
      {
        ReadWriteType: 'All',
        IncludeManagementEvents: false,
        DataResources: [
          { Type: 'AWS::S3::Object', Values: [`${BUCKET}/a`] },
          { Type: 'AWS::Lambda::Function', Values: ['arn:aws:lambda:us-east-1:123456789012:function:f'] },
          { Type: 'AWS::DynamoDB::Table', Values: ['arn:aws:dynamodb'] },
        ],
      },
    ],
  });
  const on = (type: string, ARN: string): boolean => selects(event({ resources: [{ type, ARN }] }));
  assert.equal(selects(management()), false);
  assert.equal(selects(event()), true);
  assert.equal(on('AWS::S3::Object', `${BUCKET}/b`), false);
  assert.equal(on('AWS::S3::Object', 'arn:aws:s3:::logs-too/a'), false);
  assert.equal(on('AWS::Lambda::Function', 'arn:aws:lambda:us-east-1:123456789012:function:f'), true);
  assert.equal(on('AWS::Lambda::Function', 'arn:aws:lambda:us-east-1:123456789012:function:ff'), false);
  assert.equal(on('AWS::DynamoDB::Table', 'arn:aws:dynamodb:eu-west-1:1:table/t'), true);
  assert.equal(on('AWS::Bedrock::Guardrail', `${BUCKET}/a`), false);
});

/** Small numbers from a seed, so that a failure can be had again. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** The rules once more, as the guide words them and without a thought for speed. */
function naive(settings: EventSelectorSettings, it: SelectableEvent): boolean {
  if (settings.kind === 'basic') {
    for (const selector of settings.selectors) {
      if (selector.ReadWriteType === 'ReadOnly' && !it.readOnly) continue;
      if (selector.ReadWriteType === 'WriteOnly' && it.readOnly) continue;
      if (it.category === 'Management') {
        if (!selector.IncludeManagementEvents) continue;
        if (selector.ExcludeManagementEventSources.includes(it.eventSource)) continue;
        return true;
      }
      for (const { Type, Values } of selector.DataResources)
        for (const value of Values)
          for (const { type, ARN = '' } of it.resources ?? []) {
            const isAll = value.split(':').length === 3;
            const hit = Type === 'AWS::S3::Object' ? ARN.startsWith(value) : isAll || ARN === value;
            if (type === Type && hit) return true;
          }
    }
    return false;
  }
  return settings.selectors.some(({ FieldSelectors }) => {
    const wanted = FieldSelectors.find(({ Field }) => Field === 'resources.type')?.Equals?.[0];
    return FieldSelectors.every((field) => {
      const values = new Map<string, (string | undefined)[]>([
        ['eventCategory', [it.category]],
        ['eventSource', [it.eventSource]],
        ['eventName', [it.eventName]],
        ['eventType', [it.eventType]],
        ['readOnly', [String(it.readOnly)]],
        ['userIdentity.arn', [it.identity.arn]],
        ['sessionCredentialFromConsole', [it.fromConsole ? 'true' : undefined]],
        ['resources.type', (it.resources ?? []).map(({ type }) => type)],
        ['resources.ARN', (it.resources ?? []).filter(({ type }) => type === wanted).map(({ ARN }) => ARN)],
      ]).get(field.Field) as (string | undefined)[];
      const has = (operator: Operator): boolean =>
        (field[operator] ?? []).some((operand) =>
          values.some(
            (value) => value !== undefined && MEANINGS[operator.replace('Not', '') as Operator](value, operand),
          ),
        );
      if (has('NotEquals') || has('NotStartsWith') || has('NotEndsWith')) return false;
      const positive = (['Equals', 'StartsWith', 'EndsWith'] as const).filter((operator) => field[operator]);
      return positive.length === 0 || positive.some(has);
    });
  });
}

test('a naive second implementation agrees on thousands of selectors and events', () => {
  const draw = numbers(20_261_121);
  const oneOf = <T>(items: readonly T[]): T => items[draw(items.length)] as T;
  const some = <T>(items: readonly T[]): T[] => items.filter(() => draw(3) === 0);
  const texts = ['arn:aws:s3:::b/x', 'arn:aws:s3:::b/xy', 'arn:aws:s3:::c/x', 'arn:aws:s3:::b/y.txt'];
  const types = ['AWS::S3::Object', 'AWS::Bedrock::Guardrail', 'AWS::SNS::Topic'];
  const operands = [...texts, 'arn:aws:s3:::b/', 'x', 'arn:aws:s3:::c', '.txt'];
  const field = (): AdvancedFieldSelector => {
    const used = some(OPERATORS);
    const operators: readonly Operator[] = used.length > 0 ? used : ['Equals'];
    return {
      Field: oneOf(['eventName', 'eventSource', 'eventType', 'userIdentity.arn', 'resources.ARN']),
      ...Object.fromEntries(operators.map((operator) => [operator, [oneOf(operands), oneOf(operands)]])),
    };
  };
  const advanced = (): EventSelectorSettings => ({
    kind: 'advanced',
    selectors: Array.from({ length: 1 + draw(3) }, () => ({
      FieldSelectors:
        draw(4) === 0
          ? [{ Field: 'eventCategory', Equals: ['Management'] }]
          : [
              { Field: 'eventCategory', Equals: ['Data'] },
              { Field: 'resources.type', Equals: [oneOf(types)] },
              ...(draw(2) ? [{ Field: 'readOnly', Equals: [oneOf(['true', 'false'])] }] : []),
              ...(draw(4) ? [] : [{ Field: 'sessionCredentialFromConsole', NotEquals: ['true'] }]),
              ...Array.from({ length: draw(3) }, field),
            ],
    })),
  });
  const basic = (): EventSelectorSettings => ({
    kind: 'basic',
    selectors: Array.from({ length: 1 + draw(3) }, () => ({
      ReadWriteType: oneOf(['All', 'ReadOnly', 'WriteOnly'] as const),
      IncludeManagementEvents: draw(2) === 0,
      ExcludeManagementEventSources: some(['kms.amazonaws.com', 'rdsdata.amazonaws.com']),
      DataResources: some([
        { Type: 'AWS::S3::Object', Values: [oneOf(['arn:aws:s3', 'arn:aws:s3:::b/', 'arn:aws:s3:::c/x'])] },
        {
          Type: 'AWS::Lambda::Function',
          Values: [oneOf(['arn:aws:lambda', 'arn:aws:lambda:us-east-1:123456789012:function:f'])],
        },
      ]),
    })),
  });
  const happened = (): SelectableEvent => ({
    accountId: '123456789012',
    region: 'us-east-1',
    category: oneOf(['Management', 'Data'] as const),
    eventSource: oneOf(['kms.amazonaws.com', 's3.amazonaws.com', ...texts]),
    eventName: oneOf(texts),
    eventType: oneOf(texts),
    readOnly: draw(2) === 0,
    identity: { type: 'IAMUser', ...(draw(3) ? { arn: oneOf(texts) } : {}) },
    resources: Array.from({ length: draw(3) }, () =>
      draw(3)
        ? { type: oneOf(types), ARN: oneOf(texts) }
        : { type: 'AWS::Lambda::Function', ARN: `arn:aws:lambda:us-east-1:123456789012:function:${oneOf(['f', 'g'])}` },
    ),
    ...(draw(3) ? {} : { fromConsole: true as const }),
  });
  let selected = 0;
  for (let round = 0; round < 2_000; round += 1) {
    const settings = draw(3) ? advanced() : basic();
    const selects = compileSelectors(settings);
    for (let each = 0; each < 10; each += 1) {
      const it = happened();
      const expected = naive(settings, it);
      assert.equal(selects(it), expected, JSON.stringify({ settings, it }));
      if (expected) selected += 1;
    }
  }
  assert.ok(selected > 1_000 && selected < 19_000, `${selected} of 20,000 were selected`);
});
