/**
 * Policies of resources: buckets' and roles' (trust policies). They are read statement by statement.
 * (Sources: IAM User Guide, "Grammar of the IAM JSON policy language"; sentences as seen in public reports of S3's and
 * IAM's answers.)
 */
import {
  MalformedPolicy,
  type Element,
  type PolicyDocument,
  type PrincipalElement,
  type Statement,
} from './document.ts';
import { isObject, type JsonObject } from './document-json.ts';
import {
  type Complain,
  onlyFields,
  readConditions,
  readElement,
  readOptionalText,
  readTexts,
} from './parse-elements.ts';

type Kind = 'trust' | 'resource';

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

const unknownField = (field: string): MalformedPolicy => new MalformedPolicy(`Unknown field ${field}`);
const missing = (field: string): MalformedPolicy => new MalformedPolicy(`Missing required field ${field}`);
const syntaxError: Complain = (place, what) => new MalformedPolicy(`Invalid policy syntax. (${place}: ${what})`);

export function readResourcePolicy(root: JsonObject, kind: Kind): PolicyDocument {
  onlyFields(root, DOCUMENT_FIELDS, unknownField);
  const version = root['Version'] ?? '2008-10-17';
  if (version !== '2012-10-17' && version !== '2008-10-17') {
    throw new MalformedPolicy('The policy must contain a valid version string');
  }
  const id = readOptionalText(root['Id'], 'Id', syntaxError);
  const statement = root['Statement'];
  if (statement === undefined) throw missing('Statement');
  const list: readonly unknown[] = Array.isArray(statement) ? statement : [statement];
  if (list.length === 0) throw new MalformedPolicy('Could not parse the policy: Statement is empty!');
  const statements = list.map((one, index) => readStatement(one, kind, `Statement ${index + 1}`));
  const sids = statements.flatMap(({ sid }) => (sid ? [sid] : []));
  if (new Set(sids).size < sids.length) throw new MalformedPolicy('The Statement Ids in the policy are not unique');
  return { version, id, statements };
}

function readStatement(value: unknown, kind: Kind, place: string): Statement {
  if (!isObject(value)) throw syntaxError(place, 'an object is wanted');
  onlyFields(value, STATEMENT_FIELDS, unknownField);
  const effect = value['Effect'];
  if (effect === undefined) throw missing('Effect');
  if (effect !== 'Allow' && effect !== 'Deny') {
    throw new MalformedPolicy(`Invalid effect: ${typeof effect === 'string' ? effect.slice(0, 64) : typeof effect}`);
  }
  return {
    sid: readOptionalText(value['Sid'], `${place}.Sid`, syntaxError),
    effect,
    principals: readPrincipals(value, kind, effect, place),
    actions: readActions(value, kind, place),
    resources: readResources(value, kind, place),
    conditions: readConditions(
      value['Condition'],
      `${place}.Condition`,
      syntaxError,
      (operator) => new MalformedPolicy(`Invalid Condition type : ${operator}`),
    ),
  };
}

function readActions(statement: JsonObject, kind: Kind, place: string): Element {
  const element = readElement(statement, 'Action', 'NotAction', place, syntaxError);
  if (!element || element.patterns.length === 0) throw missing('Action');
  for (const action of element.patterns) {
    if (kind === 'trust' && !/^sts:[A-Za-z*?]+$/i.test(action)) {
      throw new MalformedPolicy('AssumeRole policy may only specify STS AssumeRole actions.');
    }
    if (action !== '*' && !/^[A-Za-z0-9.-]+:[A-Za-z0-9*?]+$/.test(action)) {
      throw new MalformedPolicy('Policy has invalid action');
    }
  }
  return element;
}

function readResources(statement: JsonObject, kind: Kind, place: string): Element | undefined {
  if (kind === 'trust') {
    if (statement['Resource'] !== undefined) throw new MalformedPolicy('Has prohibited field Resource');
    if (statement['NotResource'] === undefined) return undefined;
    throw new MalformedPolicy('AssumeRole policy must not contain resources.');
  }
  const element = readElement(statement, 'Resource', 'NotResource', place, syntaxError);
  if (!element || element.patterns.length === 0) throw missing('Resource');
  if (!element.patterns.every((resource) => resource === '*' || /^arn:(aws|\*):/.test(resource))) {
    throw new MalformedPolicy('Policy has invalid resource');
  }
  return element;
}

function readPrincipals(
  statement: JsonObject,
  kind: Kind,
  effect: Statement['effect'],
  place: string,
): PrincipalElement {
  const plain = statement['Principal'];
  const not = statement['NotPrincipal'];
  if (kind === 'trust' && not !== undefined) {
    throw new MalformedPolicy(
      effect === 'Allow'
        ? 'Allow with NotPrincipal is not allowed.'
        : 'AssumeRole policy must not contain NotPrincipal field.',
    );
  }
  if (plain !== undefined && not !== undefined) {
    throw syntaxError(place, 'Principal and NotPrincipal exclude each other');
  }
  const value = plain ?? not;
  if (value === undefined) throw missing('Principal');
  return { not: plain === undefined, ...readPrincipalMap(value, kind, place) };
}

function readPrincipalMap(value: unknown, kind: Kind, place: string): Omit<PrincipalElement, 'not'> {
  if (value === '*') return { everyone: true, aws: [], services: [], federated: [] };
  if (!isObject(value)) throw new MalformedPolicy('Invalid principal in policy');
  const lists = { AWS: [] as readonly string[], Service: [] as readonly string[], Federated: [] as readonly string[] };
  for (const [type, names] of Object.entries(value)) {
    if (type !== 'AWS' && type !== 'Service' && type !== 'Federated') throw invalidPrincipal(kind, type);
    lists[type] = readTexts(names, `${place}.Principal.${type}`, syntaxError);
  }
  if (Object.values(lists).every((names) => names.length === 0)) throw missing('Principal cannot be empty!');
  for (const name of lists.AWS) {
    if (!isAwsPrincipal(name)) throw invalidPrincipal(kind, 'AWS', name);
  }
  for (const name of lists.Service) {
    if (!/^[a-z0-9.-]+\.amazonaws\.com(\.cn)?$/.test(name)) throw invalidPrincipal(kind, 'SERVICE', name);
  }
  for (const name of lists.Federated) {
    if (!isFederatedPrincipal(name)) throw invalidPrincipal(kind, 'FEDERATED', name);
  }
  return {
    everyone: lists.AWS.includes('*'),
    aws: lists.AWS.filter((name) => name !== '*'),
    services: lists.Service,
    federated: lists.Federated,
  };
}

/** An account, or the ARN of a root, user, role or session; unique ids are what AWS makes of deleted ones. */
function isAwsPrincipal(name: string): boolean {
  return (
    name === '*' ||
    /^\d{12}$/.test(name) ||
    /^A[A-Z]{3}[A-Z0-9]{12,124}$/.test(name) ||
    /^arn:aws:iam::\d{12}:(root$|(user|role)\/[^*?]+$)/.test(name) ||
    /^arn:aws:sts::\d{12}:(assumed-role\/[^*?/]+\/[^*?/]+|federated-user\/[^*?/]+)$/.test(name)
  );
}

/** An identity provider of IAM, or one of the public ones that IAM knows by their names. */
function isFederatedPrincipal(name: string): boolean {
  return (
    /^arn:aws:iam::\d{12}:(oidc-provider|saml-provider)\/[^*?]+$/.test(name) || /^[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(name)
  );
}

/** S3 says in its error's details which one it is. */
function invalidPrincipal(kind: Kind, type: string, name?: string): MalformedPolicy {
  if (kind === 'resource') return new MalformedPolicy('Invalid principal in policy');
  const named = name === undefined ? '' : `:"${name.slice(0, 200)}"`;
  return new MalformedPolicy(`Invalid principal in policy: "${type.slice(0, 64)}"${named}`);
}
