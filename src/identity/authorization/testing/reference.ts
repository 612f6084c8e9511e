/**
 * The rules of AWS's documentation, said once more and in another way: on the raw JSON, with regular expressions, nothing
 * compiled or remembered, and the layers joined as one formula. Slow and short; what it says is compared with `decide`.
 */
import type { RawAccess, RawPolicy, RawStatement } from './random-access.ts';

export type Verdict = 'allow' | 'explicit-deny' | 'implicit-deny';

export function referenceVerdict(access: RawAccess): Verdict {
  const { identity, boundary, session, resourcePolicy, principal } = access;
  const layers = [identity === 'everything' ? [] : identity, boundary ?? [], session ?? []];
  const all = [...layers.flat(), ...(resourcePolicy ? [resourcePolicy] : [])];
  if (all.some((policy) => matching(policy, 'Deny', access).length > 0)) return 'explicit-deny';

  const says = (policies: readonly RawPolicy[]): boolean =>
    policies.some((policy) => matching(policy, 'Allow', access).length > 0);
  const granted = resourcePolicy ? matching(resourcePolicy, 'Allow', access) : [];
  const anyGrant = granted.length > 0;
  if (principal.type !== 'AWS') return anyGrant ? 'allow' : 'implicit-deny';

  const own = identity === 'everything' || says(identity);
  const limits = (boundary === undefined || says(boundary)) && (session === undefined || says(session));
  const direct = granted.some((statement) => grantOf(statement, access) === 'direct');
  const limited = granted.some((statement) => grantOf(statement, access) === 'limited');
  const allowed =
    access.accountId === access.resourceAccountId
      ? ((own && limits) || direct || (limited && limits)) && (anyGrant || !access.mustAllow)
      : own && limits && anyGrant;
  return allowed ? 'allow' : 'implicit-deny';
}

function matching(
  { Statement, Version }: RawPolicy,
  effect: RawStatement['Effect'],
  access: RawAccess,
): RawStatement[] {
  return Statement.filter((statement) => statement.Effect === effect && matches(statement, Version, access));
}

function matches(statement: RawStatement, version: string, access: RawAccess): boolean {
  return (
    speaksOf(statement, access) &&
    onAction(statement, access.action) &&
    onResource(statement, version, access) &&
    Object.entries((statement['Condition'] ?? {}) as Record<string, Record<string, unknown>>).every(
      ([operator, keys]) =>
        Object.entries(keys).every(([key, values]) =>
          holds(operator, key, list(values).map(String), version, access, statement.Effect),
        ),
    )
  );
}

const list = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? value : value === undefined ? [] : [value];
const texts = (value: unknown): string[] => list(value).map(String);

// --- who

interface Names {
  readonly all: boolean;
  readonly aws: readonly string[];
  readonly others: readonly string[];
}

function namesIn(element: unknown): Names {
  if (element === '*') return { all: true, aws: [], others: [] };
  const map = element as Record<string, unknown>;
  const aws = texts(map['AWS']);
  return { all: aws.includes('*'), aws, others: [...texts(map['Service']), ...texts(map['Federated'])] };
}

/** Account, what is behind the session, and the caller's own ARN: from the widest to the closest. */
function levels({ principal }: RawAccess): string[][] {
  if (principal.type !== 'AWS') return [];
  const account = [principal.accountId, `arn:aws:iam::${principal.accountId}:root`];
  const behind = principal.roleArn ?? principal.userArn;
  return [
    account,
    behind === undefined ? account : [behind],
    account.includes(principal.arn) ? account : [principal.arn],
  ];
}

function isNamed(names: Names, access: RawAccess): boolean {
  const { principal } = access;
  if (names.all) return true;
  if (principal.type === 'anonymous') return false;
  if (principal.type !== 'AWS') return names.others.includes(principal.name);
  return levels(access).some((level) => level.some((name) => names.aws.includes(name)));
}

function isWhollyNamed(names: Names, access: RawAccess): boolean {
  if (names.all || access.principal.type !== 'AWS') return isNamed(names, access);
  return levels(access).every((level) => level.some((name) => names.aws.includes(name)));
}

function speaksOf(statement: RawStatement, access: RawAccess): boolean {
  if (statement['Principal'] !== undefined) return isNamed(namesIn(statement['Principal']), access);
  if (statement['NotPrincipal'] === undefined) return true;
  const names = namesIn(statement['NotPrincipal']);
  if (statement.Effect === 'Allow') return !isNamed(names, access);
  return access.boundary !== undefined || !isWhollyNamed(names, access);
}

function grantOf(statement: RawStatement, access: RawAccess): 'direct' | 'limited' | 'delegated' {
  if (statement['NotPrincipal'] !== undefined) return 'direct';
  const names = namesIn(statement['Principal']);
  const [account = [], behind = [], self = []] = levels(access);
  if (names.all || self.some((name) => names.aws.includes(name))) return 'direct';
  return behind !== account && behind.some((name) => names.aws.includes(name)) ? 'limited' : 'delegated';
}

// --- what

function onAction(statement: RawStatement, action: string): boolean {
  const has = (patterns: unknown): boolean =>
    texts(patterns).some((pattern) => regexOf(pattern.toLowerCase()).test(action.toLowerCase()));
  return statement['Action'] === undefined ? !has(statement['NotAction']) : has(statement['Action']);
}

function onResource(statement: RawStatement, version: string, access: RawAccess): boolean {
  const patterns = texts(statement['Resource'] ?? statement['NotResource']);
  const filled = patterns.map((pattern) => fill(pattern, version, access));
  const has = filled.some((pattern) => pattern !== undefined && pattern.test(access.resource));
  if (statement['Resource'] !== undefined) return has;
  return !has && (statement.Effect === 'Deny' || !filled.includes(undefined));
}

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}
function wild(text: string): string {
  return escaped(text).replaceAll('\\*', '[^]*').replaceAll('\\?', '[^]');
}
function regexOf(pattern: string): RegExp {
  return new RegExp(`^${wild(pattern)}$`);
}

/** The pattern's pieces, alternately as written and as a variable's value; undefined when a variable has none. */
function pieces(pattern: string, version: string, access: RawAccess): [written: string, value: string][] | undefined {
  if (version !== '2012-10-17') return [[pattern, '']];
  const found: [string, string][] = [];
  let rest = pattern;
  for (let match = /^(.*?)\$\{([^}]*)\}/.exec(rest); match; match = /^(.*?)\$\{([^}]*)\}/.exec(rest)) {
    const value = variable(match[2] ?? '', access);
    if (value === undefined) return undefined;
    found.push([match[1] ?? '', value]);
    rest = rest.slice(match[0].length);
  }
  return [...found, [rest, '']];
}

function variable(expression: string, access: RawAccess): string | undefined {
  if (['*', '?', '$'].includes(expression)) return expression;
  const [key = '', quoted, ...more] = expression.split(', ');
  const fallback = quoted === undefined ? undefined : /^'([^']*)'$/.exec([quoted, ...more].join(', '))?.[1];
  if (key.includes(',') || (quoted !== undefined && fallback === undefined)) return undefined;
  const values = valuesOf(key, access);
  if (values.length === 0) return fallback;
  return values.length === 1 ? values[0] : undefined;
}

function fill(pattern: string, version: string, access: RawAccess): RegExp | undefined {
  const found = pieces(pattern, version, access);
  return found && new RegExp(`^${found.map(([written, value]) => wild(written) + escaped(value)).join('')}$`);
}

function fillText(pattern: string, version: string, access: RawAccess): string | undefined {
  return pieces(pattern, version, access)?.flat().join('');
}

// --- when

function valuesOf(key: string, { context }: RawAccess): string[] {
  const found = Object.entries(context).find(([name]) => name.toLowerCase() === key.toLowerCase());
  return found ? texts(found[1]) : [];
}

/** 'unclear': one of both cannot be understood. */
type Answer = boolean | 'unclear';

function holds(
  written: string,
  key: string,
  wanted: readonly string[],
  version: string,
  access: RawAccess,
  effect: RawStatement['Effect'],
): boolean {
  const set = written.includes(':') ? written.split(':', 1)[0] : undefined;
  const operator = written.replace(/^.*:/, '').replace(/IfExists$/, '');
  const negated = operator.includes('Not');
  const actual = valuesOf(key, access);
  const isVoid = actual.every((value) => value === '');
  if (operator === 'Null') return wanted.some((value) => value.toLowerCase() === String(isVoid));
  if (actual.length === 0) {
    if (written.endsWith('IfExists')) return true;
    return set === undefined ? negated : set === 'ForAllValues';
  }
  if (set !== undefined && isVoid) return set === 'ForAllValues';

  const takesVariables = /^(String|Arn|Bool)/.test(operator);
  const resolved = takesVariables ? wanted.filter((value) => pieces(value, version, access)) : wanted;
  if (effect === 'Allow' && resolved.length < wanted.length) return false;
  const fitsOne = (value: string): boolean => {
    const answers = resolved.map((pattern) => compare(operator, value, pattern, takesVariables ? version : '', access));
    if (answers.includes(true)) return !negated;
    if (answers.includes('unclear')) return negated && effect === 'Deny';
    return negated;
  };
  if (set === 'ForAnyValue') return actual.some(fitsOne);
  if (set === 'ForAllValues') return actual.every(fitsOne);
  return negated ? actual.every(fitsOne) : actual.some(fitsOne);
}

function compare(operator: string, actual: string, pattern: string, version: string, access: RawAccess): Answer {
  const text = fillText(pattern, version, access) ?? '';
  const family = operator.replace('Not', '');
  if (family === 'StringEquals') return actual === text;
  if (family === 'StringEqualsIgnoreCase') return actual.toLowerCase() === text.toLowerCase();
  if (family === 'StringLike') return fill(pattern, version, access)?.test(actual) ?? false;
  if (family === 'Bool')
    return ['true', 'false'].includes(text.toLowerCase()) && actual.toLowerCase() === text.toLowerCase();
  if (family === 'BinaryEquals') return /^([\w+/]{4})*([\w+/]{2}==|[\w+/]{3}=)?$/.test(text) && actual === text;
  if (family === 'IpAddress') return inRange(actual, text);
  if (family.startsWith('Arn')) return arnFits(actual, pattern, version, access);
  const read = family.startsWith('Numeric') ? numberOf : timeOf;
  return ordered(family.replace(/^(Numeric|Date)/, ''), read(actual), read(text));
}

function ordered(relation: string, a: number | undefined, b: number | undefined): Answer {
  if (a === undefined || b === undefined) return 'unclear';
  if (relation === 'Equals') return a === b;
  return (relation.startsWith('Less') ? a < b : a > b) || (relation.endsWith('Equals') && a === b);
}

function numberOf(text: string): number | undefined {
  return text === '' || Number.isNaN(Number(text)) ? undefined : Number(text);
}

function timeOf(text: string): number | undefined {
  if (/^\d{1,12}(\.\d{1,9})?$/.test(text)) return Number(text) * 1000;
  const date = /^(\d{4}-\d\d(?:-\d\d)?)(?:t(\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)(z|[+-]\d\d:?\d\d)?)?$/i.exec(text);
  if (!date) return undefined;
  const [, day = '', time = '00:00', zone = 'Z'] = date;
  // An hour without a day, and a zone without a colon, are written as the engine reads them.
  const whole = day.length === 7 ? `${day}-01` : day;
  if (day.length === 7 && date[2] !== undefined) return undefined;
  const ms = Date.parse(`${whole}T${time}${zone.replace(/^([+-]\d\d):?/, '$1:')}`.toUpperCase());
  return Number.isNaN(ms) ? undefined : ms;
}

function bitsOf(address: string): string | undefined {
  if (/^\d+(\.\d+){3}$/.test(address)) {
    return address
      .split('.')
      .map((part) => Number(part).toString(2).padStart(8, '0'))
      .join('');
  }
  if (!/^[0-9a-f]*:[0-9a-f:]*$/.test(address)) return undefined;
  const [left = '', right = ''] = address.split('::');
  const groups = (text: string): string[] => (text === '' ? [] : text.split(':'));
  const middle = Array.from({ length: 8 - groups(left).length - groups(right).length }, () => '0');
  const whole = [...groups(left), ...middle, ...groups(right)];
  return whole.map((group) => Number.parseInt(group, 16).toString(2).padStart(16, '0')).join('');
}

function inRange(actual: string, range: string): Answer {
  const [base = '', length] = range.split('/');
  const wanted = bitsOf(base);
  const bits = bitsOf(actual);
  if (wanted === undefined || bits === undefined || Number(length ?? 0) > wanted.length) return 'unclear';
  const prefix = length === undefined ? wanted.length : Number(length);
  return bits.length === wanted.length && bits.slice(0, prefix) === wanted.slice(0, prefix);
}

function arnFits(actual: string, pattern: string, version: string, access: RawAccess): Answer {
  if (pattern === '*') return true;
  const six = (text: string): string[] | undefined =>
    /^([^:]*):([^:]*):([^:]*):([^:]*):([^:]*):(.*)$/.exec(text)?.slice(1);
  // Variables stand in the last part only, where their colons do no harm.
  const hidden = pattern.replace(/\$\{[^}]*\}/g, (text) => text.replaceAll(':', '\u0000'));
  const wanted = six(hidden)?.map((part) => part.replaceAll('\u0000', ':'));
  const parts = six(actual);
  if (!wanted || !parts) return 'unclear';
  return wanted.every((part, index) => fill(part, version, access)?.test(parts[index] ?? ''));
}
