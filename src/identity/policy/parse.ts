/**
 * Reads and checks a policy document.
 * (Sources: IAM User Guide, "Grammar of the IAM JSON policy language"; sentences as seen in public reports of
 * IAM's and S3's answers.)
 */
import { isConditionOperator } from './conditions.ts';
import {
  type Condition,
  type Element,
  MalformedPolicy,
  type PolicyDocument,
  type PolicyKind,
  type PrincipalElement,
  type Statement,
} from './document.ts';

/** Documents longer than this are refused unread; the largest quota of AWS is S3's 20 KB. */
export const POLICY_CHARS_MAX = 20_480;

const DOCUMENT_FIELDS = new Set(['Version', 'Id', 'Statement']);
const STATEMENT_FIELDS = new Set([
  'Sid',
  'Effect',
  'Principal',
  'NotPrincipal',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Condition',
]);
const SYNTAX = 'Syntax errors in policy.';

type JsonObject = Readonly<Record<string, unknown>>;

/**
 * @throws {MalformedPolicy} with AWS's sentence
 */
export function parsePolicy(text: string, kind: PolicyKind): PolicyDocument {
  if (text.length > POLICY_CHARS_MAX) throw new MalformedPolicy(`Policy is longer than ${POLICY_CHARS_MAX} characters`);
  const root = readJson(text, kind === 'identity' ? SYNTAX : 'This policy contains invalid Json');
  onlyFields(root, DOCUMENT_FIELDS);
  const version = root['Version'] ?? '2008-10-17';
  if (version !== '2012-10-17' && version !== '2008-10-17') throw new MalformedPolicy(SYNTAX);
  if (kind === 'identity' && version === '2008-10-17') {
    throw new MalformedPolicy('Policy document must be version 2012-10-17 or greater.');
  }
  const id = optionalText(root['Id']);
  const statement = root['Statement'];
  const list: readonly unknown[] = Array.isArray(statement) ? statement : [statement];
  if (statement === undefined || list.length === 0) throw new MalformedPolicy(SYNTAX);
  const statements = list.map((one) => readStatement(one, kind));
  const sids = statements.flatMap(({ sid }) => (sid ? [sid] : []));
  if (new Set(sids).size < sids.length) {
    throw new MalformedPolicy('Statement IDs (SID) in a single policy must be unique.');
  }
  return { version, id, statements };
}

function readJson(text: string, complaint: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new MalformedPolicy(complaint);
  }
  if (!isObject(value)) throw new MalformedPolicy(complaint);
  return value;
}

function readStatement(value: unknown, kind: PolicyKind): Statement {
  if (!isObject(value)) throw new MalformedPolicy(SYNTAX);
  onlyFields(value, STATEMENT_FIELDS);
  const effect = value['Effect'];
  if (effect !== 'Allow' && effect !== 'Deny') {
    throw new MalformedPolicy(effect === undefined ? 'Missing required field Effect' : SYNTAX);
  }
  const sid = optionalText(value['Sid']);
  if (kind === 'identity' && sid !== undefined && !/^[0-9A-Za-z]*$/.test(sid)) {
    throw new MalformedPolicy(
      'Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*',
    );
  }
  return {
    sid,
    effect,
    principals: readPrincipals(value, kind),
    actions: readActions(value, kind),
    resources: readResources(value, kind),
    conditions: readConditions(value['Condition']),
  };
}

function readActions(statement: JsonObject, kind: PolicyKind): Element {
  const element = readElement(statement, 'Action', 'NotAction');
  if (!element) {
    throw new MalformedPolicy(
      kind === 'identity' ? 'Policy statement must contain actions.' : 'Missing required field Action',
    );
  }
  for (const action of element.patterns) {
    if (action !== '*' && !/^[A-Za-z0-9*?-]+:[A-Za-z0-9*?]+$/.test(action)) {
      throw new MalformedPolicy('Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.');
    }
    if (kind === 'trust' && !/^(sts:.*|\*)$/i.test(action)) {
      throw new MalformedPolicy('AssumeRole policy may only specify STS AssumeRole actions.');
    }
  }
  return element;
}

function readResources(statement: JsonObject, kind: PolicyKind): Element | undefined {
  const element = readElement(statement, 'Resource', 'NotResource');
  if (kind === 'trust') {
    if (element) throw new MalformedPolicy('Has prohibited field Resource');
    return undefined;
  }
  if (!element) {
    throw new MalformedPolicy(
      kind === 'identity' ? 'Policy statement must contain resources.' : 'Missing required field Resource',
    );
  }
  for (const resource of element.patterns) {
    if (resource !== '*' && !/^(arn|\*|\$\{)/.test(resource)) {
      throw new MalformedPolicy(
        kind === 'identity'
          ? `Resource ${resource.slice(0, 200)} must be in ARN format or "*".`
          : 'Policy has invalid resource',
      );
    }
  }
  return element;
}

function readElement(statement: JsonObject, name: string, notName: string): Element | undefined {
  const plain = statement[name];
  const not = statement[notName];
  if (plain !== undefined && not !== undefined) throw new MalformedPolicy(SYNTAX);
  const value = plain ?? not;
  return value === undefined ? undefined : { not: plain === undefined, patterns: texts(value) };
}

function readPrincipals(statement: JsonObject, kind: PolicyKind): PrincipalElement | undefined {
  const plain = statement['Principal'];
  const not = statement['NotPrincipal'];
  if (plain === undefined && not === undefined) {
    if (kind === 'identity') return undefined;
    throw new MalformedPolicy('Missing required field Principal');
  }
  if (kind === 'identity') throw new MalformedPolicy('Policy document should not specify a principal.');
  if (plain !== undefined && not !== undefined) throw new MalformedPolicy(SYNTAX);
  if (kind === 'trust' && not !== undefined) throw new MalformedPolicy('Has prohibited field NotPrincipal');
  const value = plain ?? not;
  const nobody = { not: plain === undefined, everyone: false, aws: [], services: [], federated: [] };
  if (value === '*') return { ...nobody, everyone: true };
  if (!isObject(value)) throw new MalformedPolicy('Invalid principal in policy');
  const lists = { AWS: [] as readonly string[], Service: [] as readonly string[], Federated: [] as readonly string[] };
  for (const [type, names] of Object.entries(value)) {
    if (type !== 'AWS' && type !== 'Service' && type !== 'Federated') {
      throw new MalformedPolicy(`Invalid principal in policy: "${type.slice(0, 64)}"`);
    }
    lists[type] = texts(names);
  }
  for (const name of lists.AWS) checkAwsPrincipal(name);
  for (const name of lists.Service) {
    if (!/^[a-z0-9.*-]+\.amazonaws\.com(\.cn)?$/.test(name)) throw invalidPrincipal('SERVICE', name);
  }
  return {
    ...nobody,
    everyone: lists.AWS.includes('*'),
    aws: lists.AWS.filter((name) => name !== '*'),
    services: lists.Service,
    federated: lists.Federated,
  };
}

/** An account, or the ARN of a root, user, role or session; unique ids are what AWS makes of deleted ones. */
function checkAwsPrincipal(name: string): void {
  const ok =
    name === '*' ||
    /^\d{12}$/.test(name) ||
    /^A[A-Z]{3}[A-Z0-9]{12,124}$/.test(name) ||
    /^arn:[a-z-]+:(iam|sts)::\d{12}:(root$|(user|role|assumed-role|federated-user)\/[^*?]+$)/.test(name);
  if (!ok) throw invalidPrincipal('AWS', name);
}

function invalidPrincipal(type: string, name: string): MalformedPolicy {
  return new MalformedPolicy(`Invalid principal in policy: "${type}":"${name.slice(0, 200)}"`);
}

function readConditions(value: unknown): Condition[] {
  if (value === undefined) return [];
  if (!isObject(value)) throw new MalformedPolicy(SYNTAX);
  const conditions: Condition[] = [];
  for (const [name, keys] of Object.entries(value)) {
    const [, set, operator = '', ifExists] = /^(?:(ForAllValues|ForAnyValue):)?(\w+?)(IfExists)?$/.exec(name) ?? [];
    if (!isConditionOperator(operator)) throw new MalformedPolicy(`Invalid Condition type : ${name.slice(0, 100)}`);
    if (!isObject(keys)) throw new MalformedPolicy(SYNTAX);
    for (const [key, values] of Object.entries(keys)) {
      if (!/^[\w-]+:.+$/s.test(key)) {
        throw new MalformedPolicy('Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.');
      }
      conditions.push({
        operator,
        set: set === 'ForAllValues' || set === 'ForAnyValue' ? set : undefined,
        ifExists: ifExists !== undefined,
        key: key.toLowerCase(),
        values: conditionTexts(values),
      });
    }
  }
  return conditions;
}

function onlyFields(value: JsonObject, known: ReadonlySet<string>): void {
  for (const field of Object.keys(value)) {
    if (!known.has(field)) throw new MalformedPolicy(`Unknown field ${field.slice(0, 64)}`);
  }
}

function texts(value: unknown): readonly string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (list.length === 0) throw new MalformedPolicy(SYNTAX);
  return list.map((item) => {
    if (typeof item !== 'string' || item === '') throw new MalformedPolicy(SYNTAX);
    return item;
  });
}

/** Conditions may hold JSON booleans and numbers for text. */
function conditionTexts(value: unknown): readonly string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.map((item) => {
    if (typeof item !== 'string' && typeof item !== 'boolean' && typeof item !== 'number') {
      throw new MalformedPolicy(SYNTAX);
    }
    return String(item);
  });
}

function optionalText(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'string') throw new MalformedPolicy(SYNTAX);
  return value;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
