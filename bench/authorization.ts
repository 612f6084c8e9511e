/**
 * What it takes to know who a request is from and whether they may: parsing and verifying the signature, resolving the
 * caller, and the decision over ten policies of 6 KB, in a directory with nobody else and in one with 10,000 users and
 * 1,000 policies more; and how long each takes to open. `npm run bench:authorization [-- --rounds N]`
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { randomIds } from '#base';
import { type AccessQuestion, Authorizer, Directory, type Identity, type RequestContext } from '#identity';
import { openState } from '#state';
import {
  EMPTY_SHA256_HEX,
  parseAuthorization,
  type RequestHead,
  signRequest,
  SigningKeys,
  verifySignature,
} from '#wire';
import { ACCOUNT, CALLER_KEY, fillDirectory, openIdentity, ROOT_KEY } from './authorization/directories.ts';
import { percentile } from './gateway/load.ts';

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '30000' } } });
const ROUNDS = Number(values.rounds);
const WARM_ROUNDS = 5_000;
const VARIANTS = 64;
const OPENINGS = 5;

const ALLOWED: AccessQuestion = {
  action: 'bedrock:InvokeModel',
  resource: 'arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-3-haiku-20240307-v1:0',
  resourceAccountId: ACCOUNT,
};
const DENIED: AccessQuestion = { ...ALLOWED, action: 'bedrock:DeleteGuardrail' };
/** As `src/gateway/request-context.ts` makes it. */
const CONTEXT: RequestContext = {
  'aws:SourceIp': '127.0.0.1',
  'aws:CurrentTime': new Date().toISOString(),
  'aws:EpochTime': String(Math.floor(Date.now() / 1000)),
  'aws:RequestedRegion': 'us-east-1',
  'aws:SecureTransport': 'false',
  'aws:UserAgent': 'bench',
};

interface Credentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}
interface Case {
  readonly name: string;
  readonly credentials: Credentials;
  readonly question: AccessQuestion;
  readonly expected: 'allow' | 'implicit-deny';
}

function heads(credentials: Credentials): RequestHead[] {
  return Array.from({ length: VARIANTS }, (_, at) => {
    const target = `/model/anthropic.claude-3-haiku-20240307-v1%3A0/converse?variant=${at}`;
    const given = { host: '127.0.0.1:4566', 'content-type': 'application/json', 'user-agent': 'bench' };
    const signed = signRequest({
      method: 'POST',
      target,
      headers: given,
      service: 'bedrock',
      region: 'us-east-1',
      credentials,
      bodySha256Hex: EMPTY_SHA256_HEX,
      nowMs: Date.now(),
    });
    return { method: 'POST', target, headers: { ...given, ...signed } };
  });
}

/** Microseconds that authentication, authorization and both took. */
function measure(identity: Identity, authorizer: Authorizer, { credentials, question, expected }: Case): string[] {
  const keys = new SigningKeys(1_000);
  const requests = heads(credentials);
  const taken = [0, 1, 2].map(() => new Float64Array(ROUNDS));
  let firstUs = 0;
  for (let round = -WARM_ROUNDS; round < ROUNDS; round += 1) {
    const head = requests[(round + WARM_ROUNDS) % VARIANTS] ?? { method: '', target: '', headers: {} };
    const before = performance.now();
    const parsed = parseAuthorization(head);
    if (parsed.kind !== 'header') throw new Error('the bench signs its requests');
    const { caller, secret } = identity.resolve(parsed.accessKeyId, parsed.sessionToken);
    const bodySha256Hex = EMPTY_SHA256_HEX;
    verifySignature(parsed, head, {
      secret,
      bodySha256Hex,
      nowMs: Date.now(),
      rule: 'standard',
      signingNames: ['bedrock'],
      keys,
    });
    const between = performance.now();
    const { effect } = authorizer.decide(caller, question, CONTEXT);
    const after = performance.now();
    if (effect !== expected) throw new Error(`${effect} where ${expected} was expected`);
    if (round === -WARM_ROUNDS) firstUs = (after - before) * 1000;
    if (round < 0) continue;
    [between - before, after - between, after - before].forEach((ms, at) => {
      const series = taken[at];
      if (series) series[round] = ms * 1000;
    });
  }
  const [authentication, authorization, both] = taken.map((series) => series.toSorted());
  const p = (series: Float64Array | undefined, share: number): string =>
    percentile(series ?? new Float64Array(), share).toFixed(1);
  return [p(authentication, 0.5), p(authorization, 0.5), p(both, 0.5), p(both, 0.99), firstUs.toFixed(0)];
}

async function run(name: string, others: { users: number; policies: number }): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'varve-bench-authorization-'));
  const state = await openState(join(folder, 'state.sqlite'));
  try {
    await fillDirectory(state, others);
    const openings: number[] = [];
    for (let opening = 0; opening < OPENINGS; opening += 1) {
      const before = performance.now();
      await Directory.open(state, randomIds);
      openings.push(performance.now() - before);
    }
    const identity = await openIdentity(state);
    const authorizer = new Authorizer({ directory: identity.directory, resource: () => undefined, enforced: true });
    const role = identity.directory.roles.get(ACCOUNT, 'Role000000');
    const policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: { Effect: 'Allow', Action: 'bedrock:*', Resource: '*' },
    });
    const session = identity.issueSession(
      { accountId: ACCOUNT, principal: { kind: 'role', roleId: role?.id ?? '' }, name: 'bench', policy },
      3600,
    ).credentials;
    const cases: readonly Case[] = [
      { name: 'root', credentials: ROOT_KEY, question: ALLOWED, expected: 'allow' },
      { name: 'user, allowed by the last policy', credentials: CALLER_KEY, question: ALLOWED, expected: 'allow' },
      { name: 'user, no policy allows', credentials: CALLER_KEY, question: DENIED, expected: 'implicit-deny' },
      { name: 'role session with a session policy', credentials: session, question: ALLOWED, expected: 'allow' },
    ];
    console.log(
      `\n${name}: Directory.open ${openings.toSorted((a, b) => a - b)[Math.floor(OPENINGS / 2)]?.toFixed(1)} ms\n`,
    );
    console.log(
      '| caller | authentication p50 µs | authorization p50 µs | both p50 µs | both p99 µs | first request µs |',
    );
    console.log('| --- | --- | --- | --- | --- | --- |');
    for (const one of cases) console.log(`| ${[one.name, ...measure(identity, authorizer, one)].join(' | ')} |`);
    await identity.close();
  } finally {
    await state.close();
    rmSync(folder, { recursive: true });
  }
}

await run('The caller alone (10 policies of 6 KB, 2 groups)', { users: 0, policies: 0 });
await run('10,000 users, 1,000 policies', { users: 10_000, policies: 1_000 });
