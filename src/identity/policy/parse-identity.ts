/**
 * Policies of users, groups and roles, session policies and boundaries. IAM looks for one kind of fault in the whole
 * document after the other, so the order of the checks decides which fault is told.
 * (Sources: IAM User Guide, "Grammar of the IAM JSON policy language"; sentences and their order as recorded in public
 * tests that were written against IAM.)
 */
import { MalformedPolicy, type PolicyDocument, type Statement } from './document.ts';
import { isObject, type JsonObject } from './document-json.ts';
import { type Complain, onlyFields, readConditions, readElement, readOptionalText } from './parse-elements.ts';
import { isLegacyResource, resourceFault } from './resource-arns.ts';

const DOCUMENT_FIELDS = new Set(['Version', 'Id', 'Statement']);
const STATEMENT_FIELDS = new Set(['Sid', 'Effect', 'Action', 'NotAction', 'Resource', 'NotResource', 'Condition']);

/** IAM says no more than the sentence; the place and what is wanted there are ours. */
export const syntaxError: Complain = (place, what) =>
  new MalformedPolicy(`Syntax errors in policy. (${place}: ${what})`);
const legacyError: Complain = (place, what) =>
  new MalformedPolicy(`The policy failed legacy parsing (${place}: ${what})`);

export function readIdentityPolicy(root: JsonObject): PolicyDocument {
  onlyFields(root, DOCUMENT_FIELDS, (field) => syntaxError('Policy', `unknown field ${field}`));
  const version = root['Version'] ?? '2008-10-17';
  if (version !== '2012-10-17' && version !== '2008-10-17') {
    throw syntaxError('Version', '2012-10-17 or 2008-10-17 is wanted');
  }
  const id = readOptionalText(root['Id'], 'Id', syntaxError);
  const statement = root['Statement'];
  const list: readonly unknown[] = Array.isArray(statement) ? statement : [statement];
  if (statement === undefined || list.length === 0) throw syntaxError('Statement', 'at least one is wanted');
  const namesPrincipal = list.some((one) => isObject(one) && ('Principal' in one || 'NotPrincipal' in one));
  if (namesPrincipal) throw new MalformedPolicy('Policy document should not specify a principal.');
  const raw = list.map((one, index) => readSyntax(one, `Statement ${index + 1}`));
  if (version === '2008-10-17') {
    throw new MalformedPolicy('Policy document must be version 2012-10-17 or greater.');
  }
  for (const one of raw) checkLegacy(one);
  checkSids(raw);
  if (raw.some(({ actions }) => !actions || actions.patterns.length === 0)) {
    throw new MalformedPolicy('Policy statement must contain actions.');
  }
  if (raw.some(({ resources }) => !resources || resources.patterns.length === 0)) {
    throw new MalformedPolicy('Policy statement must contain resources.');
  }
  for (const { resources } of raw) resources?.patterns.forEach(checkResource);
  for (const { actions } of raw) actions?.patterns.forEach(checkAction);
  return { version, id, statements: raw.map(statementOf) };
}

interface RawStatement extends Omit<Statement, 'effect' | 'actions' | 'principals'> {
  readonly place: string;
  readonly effect: string;
  readonly actions: Statement['actions'] | undefined;
}

function readSyntax(value: unknown, place: string): RawStatement {
  if (!isObject(value)) throw syntaxError(place, 'an object is wanted');
  onlyFields(value, STATEMENT_FIELDS, (field) => syntaxError(place, `unknown field ${field}`));
  const effect = value['Effect'];
  if (typeof effect !== 'string' || !/^(allow|deny)$/i.test(effect)) {
    throw syntaxError(`${place}.Effect`, 'Allow or Deny is wanted');
  }
  return {
    place,
    effect,
    sid: readOptionalText(value['Sid'], `${place}.Sid`, syntaxError),
    actions: readElement(value, 'Action', 'NotAction', place, syntaxError),
    resources: readElement(value, 'Resource', 'NotResource', place, syntaxError),
    conditions: readConditions(value['Condition'], `${place}.Condition`, syntaxError, (operator) =>
      syntaxError(`${place}.Condition`, `unknown operator ${operator}`),
    ),
  };
}

function statementOf({ sid, effect, actions, resources, conditions }: RawStatement): Statement {
  return {
    sid,
    effect: effect === 'Allow' ? 'Allow' : 'Deny',
    principals: undefined,
    actions: actions ?? { not: false, patterns: [] },
    resources,
    conditions,
  };
}

/** What IAM's older reader cannot read. */
function checkLegacy({ place, effect, conditions, resources }: RawStatement): void {
  if (effect !== 'Allow' && effect !== 'Deny') throw legacyError(`${place}.Effect`, 'Allow or Deny is wanted');
  for (const { operator, key, values } of conditions) {
    if (!operator.startsWith('Date')) continue;
    for (const value of values) {
      if (!isLegacyDate(value)) throw legacyError(`${place}.Condition`, `${key} is compared with what is no date`);
    }
  }
  // Another fault of a resource, where there is one, is told in its own words.
  for (const resource of resources?.patterns ?? []) {
    if (resourceFault(resource) !== undefined) return;
    if (!isLegacyResource(resource)) {
      throw legacyError(`${place}.Resource`, `${resource.slice(0, 200)} lacks parts of an ARN`);
    }
  }
}

/** Much that is no date is let pass: a bare time, or an hour without a minute. Such a condition then never holds. */
function isLegacyDate(text: string): boolean {
  if (!/[t-]/i.test(text)) return /^\d{1,19}$/.test(text) && BigInt(text) <= 9_223_372_036_854_775_807n;
  const match =
    /^(?:-?(\d{1,9})(?:-(\d{1,2})(?:-(\d{1,2}))?)?)?(?:t(?:(\d{1,2})(?::(\d{1,2})(?::(\d{1,2})(?:\.\d{1,9})?(?:z|[+-]\d{2}(?::?\d{2})?)?)?)?)?z?)?$/i.exec(
      text,
    );
  if (!match) return false;
  const [, , month = '1', day = '1', hour = '0', minute = '0', second = '0'] = match;
  const within = (value: string, from: number, to: number): boolean => Number(value) >= from && Number(value) <= to;
  return (
    within(month, 1, 12) && within(day, 1, 31) && within(hour, 0, 23) && within(minute, 0, 59) && within(second, 0, 59)
  );
}

function checkSids(statements: readonly RawStatement[]): void {
  const sids = statements.flatMap(({ sid }) => (sid ? [sid] : []));
  if (!sids.every((sid) => /^[0-9A-Za-z]*$/.test(sid))) {
    throw new MalformedPolicy(
      'Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*',
    );
  }
  if (new Set(sids).size < sids.length) {
    throw new MalformedPolicy('Statement IDs (SID) in a single policy must be unique.');
  }
}

function checkResource(resource: string): void {
  const fault = resourceFault(resource);
  if (fault !== undefined) throw new MalformedPolicy(fault);
}

function checkAction(action: string): void {
  if (action === '*') return;
  const [vendor = '', ...names] = action.split(':');
  if (names.length === 0) {
    throw new MalformedPolicy('Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.');
  }
  if (names.length > 1) throw new MalformedPolicy('Actions/Condition can contain only one colon.');
  if (vendor !== '*' && !/^[a-zA-Z0-9.-]+$/.test(vendor)) {
    throw new MalformedPolicy(`Vendor ${vendor.slice(0, 64)} is not valid`);
  }
}
