/**
 * What of an input or an output stands in an event, as the operation's rule says (rules.ts). Never a prompt, a completion
 * or a secret: see shown-members.ts for what no rule can show.
 */
import { type AuditMembers, omitted } from '#records';
import type { Operation, StructureShape, UnitShape } from '#wire';
import type { AuditRule, AuditTable, Shown } from './rules.ts';
import { compileShown, type ShowMembers, TooLarge } from './shown-members.ts';

/** `requestParameters`: what the rule shows of the decoded input, keys in CloudTrail's spelling; null when there is nothing. */
export function requestParametersOf(
  table: AuditTable,
  rule: AuditRule,
  operation: Operation,
  input: Readonly<Record<string, unknown>>,
): AuditMembers | null {
  const show = plansOf(operation, rule).request;
  return shaped('requestParameters', show, table, input, rule.shapeRequest);
}

/** `responseElements`: as {@link requestParametersOf}, of the output as the handler gave it. */
export function responseElementsOf(
  table: AuditTable,
  rule: AuditRule,
  operation: Operation,
  output: Readonly<Record<string, unknown>>,
): AuditMembers | null {
  const show = plansOf(operation, rule).response;
  return shaped('responseElements', show, table, output, rule.shapeResponse);
}

/** Whether `requestParameters` show the value of a member, given by the members' names that lead to it, whole. */
export function isShown({ request }: AuditRule, path: readonly string[]): boolean {
  if (typeof request === 'string') return request === 'all';
  return request.some((each) => each.split('.').every((name, index) => name === path[index]));
}

/** Compiled when they are first needed: half of them never are. */
class Plans {
  readonly #operation: Operation;
  readonly #rule: AuditRule;
  #request: { readonly show: ShowMembers | undefined } | undefined;
  #response: { readonly show: ShowMembers | undefined } | undefined;

  constructor(operation: Operation, rule: AuditRule) {
    this.#operation = operation;
    this.#rule = rule;
  }

  get request(): ShowMembers | undefined {
    this.#request ??= { show: planOf(this.#operation.input, this.#rule.request) };
    return this.#request.show;
  }

  get response(): ShowMembers | undefined {
    this.#response ??= { show: planOf(this.#operation.output, this.#rule.response) };
    return this.#response.show;
  }
}

/** By operation and rule: operations may share a rule. */
const PLANS = new WeakMap<Operation, WeakMap<AuditRule, Plans>>();

function plansOf(operation: Operation, rule: AuditRule): Plans {
  let ofOperation = PLANS.get(operation);
  if (!ofOperation) {
    ofOperation = new WeakMap();
    PLANS.set(operation, ofOperation);
  }
  let plans = ofOperation.get(rule);
  if (!plans) {
    plans = new Plans(operation, rule);
    ofOperation.set(rule, plans);
  }
  return plans;
}

function planOf(shape: StructureShape | UnitShape, shown: Shown): ShowMembers | undefined {
  return shown === 'none' || shape.kind === 'unit' ? undefined : compileShown(shape, shown);
}

/** `shape` has its turn also where nothing is shown: it may tell what is no member at all. */
function shaped(
  part: 'requestParameters' | 'responseElements',
  show: ShowMembers | undefined,
  { times }: AuditTable,
  value: Readonly<Record<string, unknown>>,
  shape: AuditRule['shapeRequest'],
): AuditMembers | null {
  if (!show && !shape) return null;
  try {
    const shown = show ? show(value, times) : {};
    const members = shape ? shape(shown, value as never) : shown;
    return members === null || Object.keys(members).length === 0 ? null : members;
  } catch (error) {
    if (!(error instanceof TooLarge)) throw error;
    return omitted(part);
  }
}
