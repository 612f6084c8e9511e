/**
 * The official SigV4 suites, read from `../shared/vectors/sigv4`: awslabs' aws-c-auth (header and query) and
 * botocore's copy of the classic suite. Exceptions stand in `EXCEPTIONS`, with reasons; counts are asserted.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import type { RequestHead } from '../types.ts';
import { type CanonicalParts, canonicalHeaders, canonicalPath, canonicalQuery, canonicalRequest } from './canonical.ts';
import { parseAuthorization } from './parse.ts';
import { verifySignature } from './verify.ts';

const VECTORS = resolve(import.meta.dirname, '../../../../shared/vectors/sigv4');
const missing = !existsSync(VECTORS);
if (missing && process.env['CI']) throw new Error('CI is set, and ../shared/vectors/sigv4 is missing');
const skip = missing ? 'the official vectors (../shared/vectors/sigv4) are not here' : false;

const FOLDING = 'obsolete header folding: Node refuses such requests before we see them (RFC 9112, 5.2)';
const EXCEPTIONS: Readonly<Record<string, string>> = {
  'aws-c-auth-v4/get-header-value-multiline header': FOLDING,
  'aws-c-auth-v4/get-header-value-multiline query': FOLDING,
  'botocore-aws4_testsuite/get-header-value-multiline header': FOLDING,
  'botocore-aws4_testsuite/get-vanilla-with-session-token header':
    "the suite's .sreq carries another signature than its .authz (the next test takes the .authz)",
};

interface Case {
  readonly name: string;
  readonly request: string;
  readonly secret: string;
  readonly timestamp: string;
  readonly normalize: boolean;
  readonly canonical: string;
  readonly authorization?: string;
}

test('requests signed by the official suites are accepted', { skip }, () => {
  const results = [...awsCAuthCases(), ...botocoreCases()].map((vector) => ({ vector, problem: problemOf(vector) }));
  for (const { vector, problem } of results) {
    if (EXCEPTIONS[vector.name] === undefined) assert.equal(problem, undefined, vector.name);
    else assert.notEqual(problem, undefined, `${vector.name} is listed as an exception, but passes`);
  }
  const passed = (suite: string): number =>
    results.filter((result) => result.vector.name.startsWith(suite) && result.problem === undefined).length;
  assert.deepEqual(
    { all: results.length, awsCAuth: passed('aws-c-auth'), botocore: passed('botocore') },
    { all: 76 + 34, awsCAuth: 74, botocore: 32 },
  );
});

test("the Authorization headers of botocore's suite are accepted", { skip }, () => {
  const cases = botocoreCases().filter((vector) => EXCEPTIONS[vector.name] !== FOLDING);
  for (const vector of cases) {
    const request = vector.request.replace(/^Authorization: .*$/m, `Authorization: ${vector.authorization}`);
    assert.equal(problemOf({ ...vector, request }), undefined, vector.name);
  }
  assert.equal(cases.length, 33);
});

test('canonical requests are those of the official suites, byte for byte', { skip }, () => {
  let compared = 0;
  for (const vector of [...awsCAuthCases(), ...botocoreCases()]) {
    if (EXCEPTIONS[vector.name] === FOLDING) continue;
    const { head, body } = readRequest(vector.request);
    const parsed = parseAuthorization(head);
    assert.ok(parsed.kind === 'header' || parsed.kind === 'presigned');
    const [path = '', query = ''] = head.target.split(/\?(.*)/s);
    const omit = new Set(['X-Amz-Signature']);
    if (vector.name.includes('sts-header-after')) omit.add('X-Amz-Security-Token');
    const parts: CanonicalParts = {
      method: head.method,
      path: canonicalPath(path, vector.normalize ? 'standard' : 's3'),
      query: canonicalQuery(query, omit),
      headers: canonicalHeaders(head.headers, parsed.signedHeaders),
      signedHeaders: parsed.signedHeaders.join(';'),
      payloadHash: createHash('sha256').update(body).digest('hex'),
    };
    assert.equal(canonicalRequest(parts), vector.canonical, vector.name);
    compared += 1;
  }
  assert.equal(compared, 76 + 34 - 3);
});

function problemOf(vector: Case): unknown {
  try {
    const { head, body } = readRequest(vector.request);
    const parsed = parseAuthorization(head);
    assert.ok(parsed.kind === 'header' || parsed.kind === 'presigned');
    verifySignature(parsed, head, {
      secret: vector.secret,
      bodySha256Hex: createHash('sha256').update(body).digest('hex'),
      nowMs: Date.parse(vector.timestamp),
      rule: 'standard',
      signingNames: ['service'],
    });
    return undefined;
  } catch (error) {
    return error;
  }
}

function awsCAuthCases(): Case[] {
  const root = join(VECTORS, 'aws-c-auth-v4');
  return directories(root).flatMap((folder) =>
    (['header', 'query'] as const).map((kind) => {
      const text = (file: string): string => readFileSync(join(root, folder, file), 'utf8');
      const context = JSON.parse(text('context.json')) as {
        credentials: { secret_access_key: string };
        timestamp: string;
        normalize: boolean;
      };
      return {
        name: `aws-c-auth-v4/${folder} ${kind}`,
        request: text(`${kind}-signed-request.txt`),
        secret: context.credentials.secret_access_key,
        timestamp: context.timestamp,
        normalize: context.normalize,
        canonical: text(`${kind}-canonical-request.txt`),
      };
    }),
  );
}

function botocoreCases(): (Case & { authorization: string })[] {
  const root = join(VECTORS, 'botocore-aws4_testsuite');
  const files = (readdirSync(root, { recursive: true }) as string[]).filter((file) => file.endsWith('.sreq'));
  return files.map((file) => ({
    name: `botocore-aws4_testsuite/${file.replace(/.*\//, '').replace('.sreq', '')} header`,
    request: readFileSync(join(root, file), 'utf8'),
    secret: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
    timestamp: '2015-08-30T12:36:00Z',
    normalize: true,
    canonical: readFileSync(join(root, file.replace(/sreq$/, 'creq')), 'utf8').replaceAll('\r', ''),
    authorization: readFileSync(join(root, file.replace(/sreq$/, 'authz')), 'utf8').trim(),
  }));
}

function directories(root: string): string[] {
  return readdirSync(root).filter((name) => statSync(join(root, name)).isDirectory());
}

/** Reads a request file as Node reads the wire: text as Latin-1, repeated headers joined. */
function readRequest(text: string): { head: RequestHead; body: Buffer } {
  const wire = Buffer.from(text.replaceAll('\r', ''), 'utf8').toString('latin1');
  const at = wire.indexOf('\n\n');
  const [requestLine = '', ...lines] = (at < 0 ? wire.trimEnd() : wire.slice(0, at)).split('\n');
  const [, method = '', target = ''] = /^(\S+) (.*) HTTP\/1\.1$/s.exec(requestLine) ?? [];
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon < 0 || line.startsWith(' ')) throw new Error(`a folded header line: ${line}`);
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    headers[name] = headers[name] === undefined ? value : `${headers[name]},${value}`;
  }
  return { head: { method, target, headers }, body: Buffer.from(at < 0 ? '' : wire.slice(at + 2), 'latin1') };
}
