/** What all kinds of policies share: fields, lists of texts, conditions. */
import { isConditionOperator } from './conditions.ts';
import { type Condition, type Element, MalformedPolicy } from './document.ts';
import { isObject, type JsonObject } from './document-json.ts';

/** A complaint about a place in the document: each kind of policy has its own sentence for it. */
export type Complain = (place: string, what: string) => MalformedPolicy;

export function onlyFields(value: JsonObject, known: ReadonlySet<string>, refuse: (field: string) => Error): void {
  for (const field of Object.keys(value)) {
    if (!known.has(field)) throw refuse(field.slice(0, 64));
  }
}

/** Action or NotAction, Resource or NotResource; undefined when neither is there. Lists may be empty. */
export function readElement(
  statement: JsonObject,
  name: string,
  notName: string,
  place: string,
  complain: Complain,
): Element | undefined {
  const plain = statement[name];
  const not = statement[notName];
  if (plain !== undefined && not !== undefined) throw complain(place, `${name} and ${notName} exclude each other`);
  const value = plain ?? not;
  if (value === undefined) return undefined;
  const isNot = plain === undefined;
  return { not: isNot, patterns: readTexts(value, `${place}.${isNot ? notName : name}`, complain) };
}

export function readTexts(value: unknown, place: string, complain: Complain): readonly string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.map((item) => {
    if (typeof item !== 'string') throw complain(place, 'a string or a list of strings is wanted');
    return item;
  });
}

export function readOptionalText(value: unknown, place: string, complain: Complain): string | undefined {
  if (value === undefined || typeof value === 'string') return value;
  throw complain(place, 'a string is wanted');
}

/** @param refuseOperator AWS's answer to an operator that it does not know */
export function readConditions(
  value: unknown,
  place: string,
  complain: Complain,
  refuseOperator: (operator: string) => MalformedPolicy,
): Condition[] {
  if (value === undefined) return [];
  if (!isObject(value)) throw complain(place, 'an object is wanted');
  return Object.entries(value).flatMap(([name, keys]) => {
    const at = `${place}.${name.slice(0, 64)}`;
    if (!isObject(keys)) throw complain(at, 'an object is wanted');
    const entries = Object.entries(keys);
    // Recorded: an operator that nothing is asked of is not looked at.
    if (entries.length === 0) return [];
    const operator = operatorOf(name) ?? refuse(refuseOperator(name.slice(0, 64)));
    return entries.map(([key, values]) => ({
      ...operator,
      key: key.toLowerCase(),
      values: readConditionValues(values, `${at}.${key.slice(0, 64)}`, complain),
    }));
  });
}

function refuse(error: Error): never {
  throw error;
}

function operatorOf(name: string): Pick<Condition, 'operator' | 'set' | 'ifExists'> | undefined {
  const [, set, operator = '', ifExists] = /^(?:(ForAllValues|ForAnyValue):)?(\w+?)(IfExists)?$/.exec(name) ?? [];
  if (!isConditionOperator(operator) || (operator === 'Null' && ifExists !== undefined)) return undefined;
  return {
    operator,
    set: set === 'ForAllValues' || set === 'ForAnyValue' ? set : undefined,
    ifExists: ifExists !== undefined,
  };
}

/** JSON booleans and numbers stand for their text. */
function readConditionValues(value: unknown, place: string, complain: Complain): readonly string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.map((item) => {
    if (typeof item !== 'string' && typeof item !== 'boolean' && typeof item !== 'number') {
      throw complain(place, 'a string, a number, a boolean or a list of them is wanted');
    }
    return String(item);
  });
}
