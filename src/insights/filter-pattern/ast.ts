/** Filter patterns as trees. Nothing in them changes once they are made. */
import type { Regex } from './regex.ts';

export type FilterPattern =
  | { readonly kind: 'everything' }
  | TermsPattern
  | { readonly kind: 'json'; readonly condition: Condition<SelectorTest> }
  | DelimitedPattern;

/** Unstructured text: all of `all` and none of `none`, or any of `any` where the other two are empty. */
export interface TermsPattern {
  readonly kind: 'terms';
  readonly all: readonly Term[];
  readonly none: readonly Term[];
  readonly any: readonly Term[];
}
export type Term = { readonly kind: 'text'; readonly text: string } | { readonly kind: 'regex'; readonly regex: Regex };

export interface DelimitedPattern {
  readonly kind: 'delimited';
  readonly fields: readonly DelimitedField[];
}
export type DelimitedField =
  | { readonly kind: 'ellipsis' }
  | {
      readonly kind: 'field';
      /** Undefined where nothing stands between two commas. */
      readonly name: string | undefined;
      readonly condition: Condition<ValueTest> | undefined;
    };

export type Condition<Test> =
  | { readonly kind: 'and' | 'or'; readonly operands: readonly Condition<Test>[] }
  | { readonly kind: 'test'; readonly test: Test };

/** What is asked of one scalar value. */
export type ValueTest =
  | { readonly kind: 'text'; readonly negated: boolean; readonly glob: Glob }
  | { readonly kind: 'number'; readonly operator: NumberOperator; readonly value: number }
  | { readonly kind: 'regex'; readonly negated: boolean; readonly regex: Regex };
export type NumberOperator = '=' | '!=' | '<' | '<=' | '>' | '>=';
/** The literal parts between the asterisks of a text; one part where there is no asterisk. */
export type Glob = readonly string[];

export interface SelectorTest {
  readonly selector: Selector;
  readonly test: ValueTest | { readonly kind: 'is'; readonly value: null | boolean } | { readonly kind: 'not-exists' };
}
export interface Selector {
  /** As it was written: `$.a.b[0]`. */
  readonly text: string;
  readonly steps: readonly Step[];
}
export type Step =
  | { readonly kind: 'key'; readonly key: string }
  | { readonly kind: 'index'; readonly index: number }
  /** `.*`, every member of an object, and `[*]`, every element of an array. */
  | { readonly kind: 'any'; readonly of: 'object' | 'array' };

/** All tests of a condition, in the order in which they were written. */
export function testsOf<Test>(condition: Condition<Test>): Test[] {
  return condition.kind === 'test' ? [condition.test] : condition.operands.flatMap(testsOf);
}

/** How many regular expressions a pattern has. */
export function regexCount(pattern: FilterPattern): number {
  const among = (kinds: readonly { readonly kind: string }[]): number =>
    kinds.filter(({ kind }) => kind === 'regex').length;
  switch (pattern.kind) {
    case 'everything':
      return 0;
    case 'terms':
      return among([...pattern.all, ...pattern.none, ...pattern.any]);
    case 'json':
      return among(testsOf(pattern.condition).map(({ test }) => test));
    case 'delimited':
      return among(pattern.fields.flatMap((field) => (field.kind === 'field' ? conditionTests(field.condition) : [])));
  }
}

function conditionTests<Test>(condition: Condition<Test> | undefined): Test[] {
  return condition ? testsOf(condition) : [];
}
