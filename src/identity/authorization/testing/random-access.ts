/** Random policies and requests that meet each other often enough to mean something. Told by a seed, so that a failure can be run again. */
import type { RequestPrincipal } from '../../policy/index.ts';

export interface RawStatement {
  readonly [field: string]: unknown;
  readonly Effect: 'Allow' | 'Deny';
}
export interface RawPolicy {
  readonly Version: '2012-10-17' | '2008-10-17';
  readonly Statement: readonly RawStatement[];
}
export interface RawAccess {
  readonly action: string;
  readonly resource: string;
  readonly context: Readonly<Record<string, string | readonly string[]>>;
  readonly principal: RequestPrincipal;
  readonly accountId: string;
  readonly identity: 'everything' | readonly RawPolicy[];
  readonly boundary: readonly RawPolicy[] | undefined;
  readonly session: readonly RawPolicy[] | undefined;
  readonly resourcePolicy: RawPolicy | undefined;
  readonly resourceAccountId: string;
  readonly mustAllow: boolean;
}

/** Numbers in [0, 1) from a seed (mulberry32). */
export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T;
  }

  some<T>(items: readonly T[], most: number): T[] {
    return Array.from({ length: 1 + this.below(most) }, () => this.pick(items));
  }

  shuffled<T>(items: readonly T[]): T[] {
    const left = [...items];
    return items.map(() => left.splice(this.below(left.length), 1)[0] as T);
  }
}

const MINE = '111122223333';
const THEIRS = '444455556666';
const ROOT = `arn:aws:iam::${MINE}:root`;
const BOB = `arn:aws:iam::${MINE}:user/bob`;
const ROLE = `arn:aws:iam::${MINE}:role/team/Reader`;
const SESSION = `arn:aws:sts::${MINE}:assumed-role/Reader/me`;
const GUEST = `arn:aws:sts::${MINE}:federated-user/guest`;
const EVE = `arn:aws:iam::${THEIRS}:user/eve`;
const PROVIDER = `arn:aws:iam::${MINE}:oidc-provider/issuer.example`;

const CALLERS: readonly RequestPrincipal[] = [
  { type: 'AWS', accountId: MINE, arn: ROOT },
  { type: 'AWS', accountId: MINE, arn: BOB },
  { type: 'AWS', accountId: MINE, arn: BOB },
  { type: 'AWS', accountId: MINE, arn: SESSION, roleArn: ROLE },
  { type: 'AWS', accountId: MINE, arn: SESSION, roleArn: ROLE },
  { type: 'AWS', accountId: MINE, arn: GUEST, userArn: BOB },
  { type: 'AWS', accountId: MINE, arn: GUEST },
  { type: 'AWS', accountId: THEIRS, arn: EVE },
  { type: 'Service', name: 'bedrock.amazonaws.com' },
  { type: 'Federated', name: PROVIDER },
  { type: 'anonymous' },
];
const AWS_NAMES = [MINE, ROOT, BOB, ROLE, SESSION, GUEST, EVE, THEIRS, '*', `arn:aws:iam::${MINE}:role/Reader`];
const ACTIONS = ['s3:GetObject', 's3:PutObject', 'logs:PutLogEvents', 'sts:AssumeRole'];
const ACTION_PATTERNS = [
  ...ACTIONS,
  '*',
  's3:*',
  'S3:getobject',
  's3:?etObject',
  's3:Get*',
  's3:*Object',
  's3:G*O*t',
  'logs:*',
  's3:PutObject?',
];
const RESOURCES = [
  'arn:aws:s3:::bucket/key',
  'arn:aws:s3:::bucket/bob/deep/key',
  'arn:aws:s3:::Bucket/key',
  'arn:aws:logs:us-east-1:111122223333:log-group:g:log-stream:s',
  '*',
];
const RESOURCE_PATTERNS = [
  ...RESOURCES,
  '*',
  'arn:aws:s3:::*',
  'arn:aws:s3:::bucket/*',
  'arn:aws:s3:::bucket/???',
  'arn:aws:s3:::*/key',
  'arn:aws:s3:::bucket/${aws:username}/*',
  "arn:aws:s3:::bucket/${aws:PrincipalTag/team, 'key'}",
  'arn:aws:s3:::bucket/${*}',
  'arn:aws:logs:*:*:log-group:*:log-stream:?',
];
const KEYS = [
  'a:text',
  'A:Text',
  'a:many',
  'a:number',
  'a:date',
  'a:flag',
  'a:address',
  'a:arn',
  'a:bytes',
  'aws:username',
];
const TEXTS = ['', 'a', 'A', 'ab', 'abc', 'bob', 'key', '*', 'b*'];
const PATTERNS = [...TEXTS, 'a*', '?b', '*c', '${aws:username}', '${a:none}', "${a:none, 'ab'}", '${*}', '${a:many}'];
const NUMBERS = ['5', '10', '10.0', '-3', '+7', 'ten', ''];
const DATES = ['2026-01-01', '2026-01-01T00:00:00Z', '2026-06-01T12:00:00Z', '1767225600', '0'];
const ADDRESSES = ['10.1.2.3', '192.168.0.1', '203.0.113.7', '2001:db8::5', 'nowhere'];
const NETWORKS = [...ADDRESSES, '10.0.0.0/8', '192.168.0.1/32', '0.0.0.0/0', '2001:db8::/32', '10.0.0.0/33', '::/0'];
const ARNS = ['arn:aws:s3:::bucket', 'arn:aws:s3:::bucket/a:b', 'arn:aws:sqs:us-east-1:111122223333:queue', 'none'];
const ARN_PATTERNS = [
  ...ARNS,
  '*',
  'arn:aws:s3:::*',
  'arn:*:sqs:*:*:q*',
  'arn:aws:s*:::bucket',
  'arn:aws:s3:::${aws:username}',
  'arn:*',
];
const FLAGS = ['true', 'false', 'TRUE', 'yes'];
const BYTES = ['QUJD', 'QUJE', 'QUJD==='];

const FAMILIES: readonly { operators: readonly string[]; wanted: readonly unknown[] }[] = [
  { operators: ['StringEquals', 'StringNotEquals', 'StringLike', 'StringNotLike'], wanted: PATTERNS },
  { operators: ['StringEqualsIgnoreCase', 'StringNotEqualsIgnoreCase'], wanted: PATTERNS },
  {
    operators: ['Equals', 'NotEquals', 'LessThan', 'LessThanEquals', 'GreaterThan', 'GreaterThanEquals'].map(
      (name) => `Numeric${name}`,
    ),
    wanted: [...NUMBERS, 5],
  },
  {
    operators: ['Equals', 'NotEquals', 'LessThan', 'LessThanEquals', 'GreaterThan', 'GreaterThanEquals'].map(
      (name) => `Date${name}`,
    ),
    wanted: DATES,
  },
  { operators: ['Bool'], wanted: [...FLAGS, true, false] },
  { operators: ['BinaryEquals'], wanted: BYTES },
  { operators: ['IpAddress', 'NotIpAddress'], wanted: NETWORKS },
  { operators: ['ArnEquals', 'ArnLike', 'ArnNotEquals', 'ArnNotLike'], wanted: ARN_PATTERNS },
  { operators: ['Null'], wanted: ['true', 'false', true, 'maybe'] },
];

/** Of each key what it mostly holds. */
const VALUES: Readonly<Record<string, readonly string[]>> = {
  'a:text': TEXTS,
  'a:many': TEXTS,
  'a:number': NUMBERS,
  'a:date': [...DATES, 'never'],
  'a:flag': FLAGS,
  'a:address': ADDRESSES,
  'a:arn': ARNS,
  'a:bytes': BYTES,
  'aws:username': ['bob', 'a', '*'],
  'aws:PrincipalTag/team': ['key', 'x'],
};

export function randomStatement(dice: Dice, forResource: boolean): RawStatement {
  return {
    Effect: dice.chance(0.65) ? 'Allow' : 'Deny',
    ...(forResource ? randomPrincipal(dice) : {}),
    [dice.chance(0.85) ? 'Action' : 'NotAction']: oneOrMore(dice, ACTION_PATTERNS),
    [dice.chance(0.85) ? 'Resource' : 'NotResource']: oneOrMore(dice, RESOURCE_PATTERNS),
    ...(dice.chance(0.45) ? { Condition: randomConditions(dice) } : {}),
  };
}

export function randomPolicy(dice: Dice, forResource: boolean): RawPolicy {
  return {
    Version: forResource && dice.chance(0.15) ? '2008-10-17' : '2012-10-17',
    Statement: Array.from({ length: 1 + dice.below(4) }, () => randomStatement(dice, forResource)),
  };
}

export function randomAccess(dice: Dice): RawAccess {
  const principal = dice.pick(CALLERS);
  const policies = (most: number): RawPolicy[] =>
    Array.from({ length: dice.below(most + 1) }, () => randomPolicy(dice, false));
  const accountId = principal.type === 'AWS' ? principal.accountId : '';
  const isRoot = principal.type === 'AWS' && principal.arn === ROOT;
  // Services, providers and callers without credentials bring no policies.
  const hasPolicies = principal.type === 'AWS' && !isRoot;
  return {
    action: dice.pick(ACTIONS),
    resource: dice.pick(RESOURCES),
    context: randomContext(dice),
    principal,
    accountId,
    identity: isRoot ? 'everything' : hasPolicies ? policies(3) : [],
    boundary: hasPolicies && dice.chance(0.25) ? policies(1) : undefined,
    session: hasPolicies && dice.chance(0.25) ? policies(2) : undefined,
    resourcePolicy: dice.chance(0.6) ? randomPolicy(dice, true) : undefined,
    resourceAccountId: dice.chance(0.8) ? MINE : THEIRS,
    mustAllow: dice.chance(0.2),
  };
}

function randomPrincipal(dice: Dice): Record<string, unknown> {
  const element = dice.chance(0.8) ? 'Principal' : 'NotPrincipal';
  if (dice.chance(0.15)) return { [element]: '*' };
  return {
    [element]: {
      AWS: oneOrMore(dice, AWS_NAMES, 4),
      ...(dice.chance(0.2) ? { Service: oneOrMore(dice, ['bedrock.amazonaws.com', 's3.amazonaws.com']) } : {}),
      ...(dice.chance(0.2) ? { Federated: PROVIDER } : {}),
    },
  };
}

function randomConditions(dice: Dice): Record<string, Record<string, unknown>> {
  const conditions: Record<string, Record<string, unknown>> = {};
  for (let count = 1 + dice.below(2); count > 0; count -= 1) {
    const { operators, wanted } = dice.pick(FAMILIES);
    const operator = dice.pick(operators);
    const set = operator === 'Null' ? '' : dice.pick(['', '', 'ForAllValues:', 'ForAnyValue:']);
    const ifExists = operator !== 'Null' && dice.chance(0.2) ? 'IfExists' : '';
    const values = dice.chance(0.05) ? [] : oneOrMore(dice, wanted);
    conditions[`${set}${operator}${ifExists}`] = { [dice.pick(KEYS)]: values };
  }
  return conditions;
}

function randomContext(dice: Dice): Record<string, string | readonly string[]> {
  const context: Record<string, string | readonly string[]> = {};
  for (const [key, values] of Object.entries(VALUES)) {
    if (dice.chance(0.35)) continue;
    if (key === 'a:many' || dice.chance(0.1)) {
      context[key] = dice.chance(0.15) ? [] : dice.some(values, 3);
    } else {
      context[dice.chance(0.3) ? key.toUpperCase() : key] = dice.pick(values);
    }
  }
  return context;
}

function oneOrMore<T>(dice: Dice, items: readonly T[], most = 3): T | T[] {
  return dice.chance(0.4) ? dice.pick(items) : dice.some(items, most);
}
