/**
 * Credentials that nobody issued: altered Authorization headers, presigned queries, session tokens and API keys must
 * neither crash nor hang, and be nobody.
 * `VARVE_FUZZ_INPUTS=1000000` runs as many; `VARVE_SEED=…` others.
 */
import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { SignatureV4 } from '@smithy/signature-v4';
import { type Clock, randomIds } from '#base';
import { openState, type State } from '#state';
import {
  AuthenticationFailure,
  EMPTY_SHA256_HEX,
  parseAuthorization,
  type ParsedAuthorization,
  type RequestHead,
  signRequest,
  SigningKeys,
  verifySignature,
} from '#wire';
import { Dice } from './authorization/testing/random-access.ts';
import type { Role, User } from './directory/index.ts';
import { Identity } from './identity.ts';
import type { Caller } from './types.ts';
import { cpuMs } from '../../test/support/cpu-time.ts';
import { SEED } from '../../test/support/seeded.ts';

const INPUTS = Number(process.env['VARVE_FUZZ_INPUTS'] ?? 100_000);
/** Far more than any input takes, far less than a hang; the machine may be busy with other things. */
const ONE_INPUT_MS_MAX = 5_000;

const ACCOUNT = '123456789012';
const ROOT = { accessKeyId: 'AKIAROOT000000000001', secretAccessKey: 'the root secret of the test' };
const USER = { accessKeyId: 'AKIAUSER000000000001', secretAccessKey: 'the secret of a user' };
const OTHER_USER = { accessKeyId: 'AKIAUSER000000000002', secretAccessKey: 'the secret of another' };
const NOW_MS = Date.parse('2026-11-21T12:00:00Z');
const clock: Clock = { nowMs: () => NOW_MS, monotonicMs: () => NOW_MS };

/** A request as its caller sent it. */
interface Original {
  readonly name: string;
  readonly head: RequestHead;
  readonly parsed: ParsedAuthorization;
  readonly caller: Caller;
}
interface Credentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}

let folder = '';
let state: State;
let identity: Identity;
const originals: Original[] = [];
const keys = new SigningKeys(1_000);

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'varve-identity-fuzz-'));
  state = await openState(join(folder, 'state.sqlite'));
  const accounts = [{ id: ACCOUNT, rootAccessKeyId: ROOT.accessKeyId, rootSecretAccessKey: ROOT.secretAccessKey }];
  identity = await Identity.open({ accounts, serverKey: Buffer.alloc(32, 7), clock, ids: randomIds, state });
  const user = await makeUser('ann', USER);
  await makeUser('bob', OTHER_USER);
  const session = await makeSession();
  for (const [name, credentials] of [
    ['root', ROOT],
    ['user', USER],
    ['session', session],
  ] as const) {
    addOriginal(`${name}, signed header`, signedHead(credentials));
    addOriginal(`${name}, presigned`, await presignedHead(credentials));
    addOriginal(`${name}, short-term API key`, bearerHead(await shortTermKey(credentials)));
  }
  addOriginal('user, long-term API key', bearerHead(await longTermKey(user)));
});
after(async () => {
  await identity.close();
  await state.close();
  await rm(folder, { recursive: true });
});

async function makeUser(name: string, { accessKeyId, secretAccessKey }: Credentials): Promise<User> {
  const { users, accessKeys } = identity.directory;
  const of = { accountId: ACCOUNT, path: '/', createdAtMs: NOW_MS };
  const none = { inlinePolicies: {}, attachedPolicyArns: [], boundaryArn: undefined, groupIds: [], tags: [] };
  const user = await users.create(ACCOUNT, (id) => ({ ...of, ...none, id, name }));
  const sealedSecret = identity.sealSecret(accessKeyId, secretAccessKey);
  const active = true;
  await accessKeys.create(ACCOUNT, () => ({
    ...of,
    id: accessKeyId,
    name: accessKeyId,
    userId: user.id,
    active,
    sealedSecret,
  }));
  return user;
}

async function makeSession(): Promise<Credentials> {
  const role = await identity.directory.roles.create(ACCOUNT, (id): Role => ({
    id,
    accountId: ACCOUNT,
    name: 'Reader',
    path: '/',
    createdAtMs: NOW_MS,
    description: undefined,
    maxSessionSeconds: 3600,
    trustPolicy: '{}',
    inlinePolicies: {},
    attachedPolicyArns: [],
    boundaryArn: undefined,
    tags: [],
  }));
  const whose = { accountId: ACCOUNT, principal: { kind: 'role', roleId: role.id }, name: 'me' } as const;
  return identity.issueSession(whose, 3600).credentials;
}

async function longTermKey(user: User): Promise<string> {
  const alias = `${user.name}-at-${ACCOUNT}`;
  const { key, keySha256Hex } = identity.newApiKey(alias);
  const of = { accountId: ACCOUNT, path: '/', createdAtMs: NOW_MS, userId: user.id, active: true };
  await identity.directory.apiKeys.create(ACCOUNT, (id) => ({
    ...of,
    id,
    name: id,
    alias,
    expiresAtMs: undefined,
    keySha256Hex,
  }));
  return key;
}

function signedHead(credentials: Credentials): RequestHead {
  const given = { host: '127.0.0.1:4566', 'content-type': 'application/json' };
  const target = '/model/some.model-v1%3A0/converse?a=b';
  const bodySha256Hex = EMPTY_SHA256_HEX;
  const scope = { service: 'bedrock', region: 'us-east-1', credentials, bodySha256Hex, nowMs: NOW_MS };
  return {
    method: 'POST',
    target,
    headers: { ...given, ...signRequest({ method: 'POST', target, headers: given, ...scope }) },
  };
}

class NodeHash {
  readonly #hash;
  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash =
      secret === undefined
        ? createHash('sha256')
        : createHmac('sha256', typeof secret === 'string' ? secret : Buffer.from(secret as Uint8Array));
  }
  update(data: string | Uint8Array): void {
    this.#hash.update(data);
  }
  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }
  reset(): void {
    throw new Error('a hash is used once');
  }
}

async function presignedQuery(
  credentials: Credentials,
  hostname: string,
  query: Record<string, string>,
): Promise<string> {
  const signer = new SignatureV4({ service: 'bedrock', region: 'us-east-1', credentials, sha256: NodeHash });
  const request = { method: 'POST', protocol: 'https:', hostname, path: '/', headers: { host: hostname }, query };
  const signed = await signer.presign(request, { expiresIn: 3600, signingDate: new Date(NOW_MS) });
  return Object.entries(signed.query ?? {})
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`)
    .join('&');
}

async function presignedHead(credentials: Credentials): Promise<RequestHead> {
  const query = await presignedQuery(credentials, 'varve.test', { x: 'y' });
  return { method: 'POST', target: `/?${query}`, headers: { host: 'varve.test' } };
}

async function shortTermKey(credentials: Credentials): Promise<string> {
  const query = await presignedQuery(credentials, 'bedrock.amazonaws.com', { Action: 'CallWithBearerToken' });
  return `bedrock-api-key-${Buffer.from(`bedrock.amazonaws.com/?${query}&Version=1`).toString('base64')}`;
}

function bearerHead(key: string): RequestHead {
  return {
    method: 'POST',
    target: '/model/m/converse',
    headers: { host: 'varve.test', authorization: `Bearer ${key}` },
  };
}

function addOriginal(name: string, head: RequestHead): void {
  const caller = callerOf(head);
  assert.ok(caller, `${name} must be good before it is altered`);
  originals.push({ name, head, parsed: parseAuthorization(head), caller });
}

/** As the gateway does; undefined for a request without credentials. */
function callerOf(head: RequestHead): Caller | undefined {
  const parsed = parseAuthorization(head);
  if (parsed.kind === 'anonymous') return undefined;
  if (parsed.kind === 'bearer') return identity.resolveBearer(parsed.token, 'bedrock', NOW_MS).caller;
  const { caller, secret } = identity.resolve(parsed.accessKeyId, parsed.sessionToken, 'bedrock');
  const signingNames = ['bedrock'];
  verifySignature(parsed, head, {
    secret,
    bodySha256Hex: EMPTY_SHA256_HEX,
    nowMs: NOW_MS,
    rule: 'standard',
    signingNames,
    keys,
  });
  return caller;
}

const PIECES = [
  ...' ,;=/%&?+-_.:"\\\n\t\0\u00ff\u20ac',
  'A',
  'z',
  '0',
  'a'.repeat(300),
  '%00',
  '%ZZ',
  '%',
  '&&',
  '==',
  'AWS4-HMAC-SHA256',
  'Bearer ',
  'Credential=',
  'SignedHeaders=',
  'Signature=',
  'host;x-amz-date',
  'host',
  'X-Amz-Expires=999999',
  'X-Amz-Signature=',
  'X-Amz-Security-Token=',
  'aws4_request',
  '20261121',
  '20261122',
  '20261121T120000Z',
  'us-east-1',
  's3',
  'bedrock',
  '99999999999999999999',
  '0'.repeat(64),
  'ABSK',
  'bedrock-api-key-',
  'UNSIGNED-PAYLOAD',
  ROOT.accessKeyId,
  USER.accessKeyId,
  OTHER_USER.accessKeyId,
  'ASIAAAAAAAAAAAAAAAAA',
];

function garbled(dice: Dice, text: string): string {
  let edited = text;
  for (let edits = 1 + dice.below(3); edits > 0; edits -= 1) {
    const at = dice.below(edited.length + 1);
    const piece = dice.chance(0.3) ? '' : dice.pick(PIECES);
    edited = edited.slice(0, at) + piece + edited.slice(at + dice.below(dice.chance(0.8) ? 3 : 40));
  }
  return edited;
}

/** Inside of a bearer token the presigned URL, or alias and secret, and base64 of it again. */
function garbledInside(dice: Dice, authorization: string): string {
  const [, prefix = '', encoded = ''] = /^(Bearer (?:ABSK|bedrock-api-key-))(.*)$/.exec(authorization) ?? [];
  if (prefix === '') return garbled(dice, authorization);
  return (
    prefix + Buffer.from(garbled(dice, Buffer.from(encoded, 'base64').toString('latin1')), 'latin1').toString('base64')
  );
}

/** One or more parts of the request altered, lost, or taken from another caller's. */
function altered(dice: Dice, { head }: Original): RequestHead {
  const headers: Record<string, string | undefined> = { ...head.headers };
  let { target, method } = head;
  for (let edits = 1 + dice.below(2); edits > 0; edits -= 1) {
    const name = dice.pick(Object.keys(headers));
    const value = headers[name] ?? '';
    const way = dice.next();
    const other = dice.pick(originals).head;
    const { authorization } = headers;
    // What says who asks: the header, or where there is none the query.
    if (way < 0.55 && authorization !== undefined) {
      headers['authorization'] = dice.chance(0.6) ? garbled(dice, authorization) : garbledInside(dice, authorization);
    } else if (way < 0.7) target = garbled(dice, target);
    else if (way < 0.8) headers[name] = garbled(dice, value);
    else if (way < 0.85) headers[name] = undefined;
    else if (way < 0.93) headers[dice.pick(Object.keys(other.headers))] = dice.pick(Object.values(other.headers)) ?? '';
    else if (way < 0.97) target = other.target;
    else method = dice.pick(['GET', 'PUT', '', 'POST ']);
  }
  const present = Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return { method, target, headers: Object.fromEntries(present) };
}

test(`${INPUTS} altered credentials: nobody, or who they still are in other spelling`, (t) => {
  const reasons = new Map<string, number>();
  const count = (reason: string): void => void reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  for (let index = 0; index < INPUTS; index += 1) {
    const dice = new Dice(SEED + index);
    const original = dice.pick(originals);
    const head = altered(dice, original);
    const startedMs = cpuMs();
    try {
      const caller = callerOf(head);
      count(caller ? 'the same' : 'anonymous');
      if (caller) assert.ok(isOriginal(head, caller), `resolved ${caller.arn}`);
    } catch (error) {
      if (!(error instanceof AuthenticationFailure)) {
        throw new Error(`VARVE_SEED=${SEED + index}: ${original.name}: ${JSON.stringify(head)}`, { cause: error });
      }
      count(error.reason);
    }
    const tookMs = cpuMs() - startedMs;
    assert.ok(tookMs < ONE_INPUT_MS_MAX, `VARVE_SEED=${SEED + index} took ${tookMs} ms: ${JSON.stringify(head)}`);
  }
  t.diagnostic(JSON.stringify(Object.fromEntries(reasons)));
  assert.ok(
    (reasons.get('bad-signature') ?? 0) > INPUTS / 20,
    'alterations must sometimes get as far as the signature',
  );
});

/** Whether the request says just what one of the originals says: spaces, order and spelling may differ. */
function isOriginal(head: RequestHead, caller: Caller): boolean {
  const meaning = (authorization: ParsedAuthorization): string =>
    authorization.kind === 'bearer'
      ? tokenMeaning(authorization.token)
      : // A hash of the body that was not signed says nothing: the body itself is hashed.
        JSON.stringify({ ...authorization, contentSha256: undefined });
  const parsed = parseAuthorization(head);
  return originals.some((one) => one.caller.arn === caller.arn && meaning(one.parsed) === meaning(parsed));
}

/** Of a short-term key what its base64 stands for; a long-term key is its letters. */
function tokenMeaning(token: string): string {
  const prefix = 'bedrock-api-key-';
  if (!token.startsWith(prefix)) return token;
  const url = Buffer.from(token.slice(prefix.length), 'base64').toString('latin1');
  const parameters = url.slice(url.indexOf('?') + 1).split('&');
  const told = parameters.filter((parameter) => parameter !== '').map(decoded);
  return told.toSorted().join('&');
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

test('an altered session token opens nothing, whatever it is signed with', () => {
  const { parsed } = originals.find(({ name }) => name === 'session, signed header') ?? assert.fail();
  assert.ok(parsed.kind === 'header' && parsed.sessionToken !== undefined);
  const { accessKeyId, sessionToken } = parsed;
  for (let index = 0; index < INPUTS / 5; index += 1) {
    const token = garbled(new Dice(SEED + index), sessionToken);
    if (token === sessionToken) continue;
    const opening = (): unknown => identity.resolve(accessKeyId, token, 'bedrock');
    assert.throws(opening, AuthenticationFailure, `VARVE_SEED=${SEED + index}: ${token}`);
  }
});

test('random bytes are nobody', () => {
  for (let index = 0; index < INPUTS / 10; index += 1) {
    const dice = new Dice(SEED + index);
    const bytes = Buffer.from(Array.from({ length: dice.below(300) }, () => dice.below(256)));
    const text = bytes.toString(dice.pick(['latin1', 'utf8', 'base64', 'hex'] as const));
    const prefix = dice.pick([
      '',
      'Bearer ',
      'Bearer ABSK',
      'Bearer bedrock-api-key-',
      'AWS4-HMAC-SHA256 ',
      'AWS4-HMAC-SHA256 Credential=',
    ]);
    const head: RequestHead = dice.chance(0.7)
      ? {
          method: 'POST',
          target: '/',
          headers: { host: 'h', 'x-amz-date': '20261121T120000Z', authorization: prefix + text },
        }
      : { method: 'GET', target: `/?X-Amz-Signature=${text}&X-Amz-Algorithm=${prefix}`, headers: { host: 'h' } };
    assert.throws(() => callerOf(head), AuthenticationFailure, `VARVE_SEED=${SEED + index}`);
    for (const accessKeyId of ['ASIAAAAAAAAAAAAAAAAA', USER.accessKeyId, ROOT.accessKeyId, text]) {
      assert.throws(
        () => identity.resolve(accessKeyId, text, 'bedrock'),
        AuthenticationFailure,
        `VARVE_SEED=${SEED + index}`,
      );
    }
  }
});
