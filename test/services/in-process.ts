/**
 * IAM and STS behind real SDK clients without a socket: the clients' request handler runs the wire, the identity and
 * the operation tables directly, at a time the test decides.
 */
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { IAMClient } from '@aws-sdk/client-iam';
import { STSClient } from '@aws-sdk/client-sts';
import { type Clock, randomIds } from '#base';
import { Authorizer, type Caller, denialSentence, Identity, WebIdentities } from '#identity';
import {
  type CallContext,
  iamAuthorization,
  iamDenialMessage,
  type OperationTable,
  type Rule,
  stsAuthorization,
} from '#services';
import { openState } from '#state';
import {
  ApiError,
  authenticationError,
  AuthenticationFailure,
  decodeRequest,
  encodeError,
  encodeResponse,
  parseAuthorization,
  type RequestHead,
  type Route,
  routeRequest,
  verifySignature,
  type WireResponse,
} from '#wire';
import { createIamService } from '../../src/services/iam/index.ts';
import { createStsService } from '../../src/services/sts/index.ts';

export const ACCOUNT = '123456789012';
export const OTHER_ACCOUNT = '210987654321';
export const ROOT_KEY = { accessKeyId: 'AKIAROOT000000000001', secretAccessKey: 'the root secret of this test' };
export const OTHER_ROOT_KEY = { accessKeyId: 'AKIAROOT000000000002', secretAccessKey: 'the root secret of the other' };

const NOBODY: Caller = { kind: 'anonymous', accountId: '', arn: '', userId: '', accessKeyId: '' };

interface Credentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}

export interface InProcess {
  readonly identity: Identity;
  iam(credentials?: Credentials): IAMClient;
  sts(credentials?: Credentials): STSClient;
  /** Moves the clock; clients follow. */
  advanceMs(milliseconds: number): void;
}

export async function withServices(work: (services: InProcess) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'varve-services-'));
  const state = await openState(join(folder, 'state.sqlite'));
  let aheadMs = 0;
  const clock: Clock = { nowMs: () => Date.now() + aheadMs, monotonicMs: () => performance.now() + aheadMs };
  try {
    const identity = await Identity.open({
      accounts: [
        { id: ACCOUNT, rootAccessKeyId: ROOT_KEY.accessKeyId, rootSecretAccessKey: ROOT_KEY.secretAccessKey },
        {
          id: OTHER_ACCOUNT,
          rootAccessKeyId: OTHER_ROOT_KEY.accessKeyId,
          rootSecretAccessKey: OTHER_ROOT_KEY.secretAccessKey,
        },
      ],
      serverKey: Buffer.alloc(32, 7),
      clock,
      ids: randomIds,
      state,
    });
    const authorizer = new Authorizer({
      directory: identity.directory,
      resource: (arn) => {
        const role = identity.directory.roleByArn(arn);
        if (!role) return undefined;
        return { accountId: role.accountId, policy: { name: arn, document: identity.directory.trustPolicyOf(role) } };
      },
      enforced: true,
    });
    const webIdentities = new WebIdentities({ clock, onFailure: () => undefined });
    const tables: Record<string, OperationTable<string>> = {
      iam: createIamService({ identity, clock }),
      sts: createStsService({ identity, webIdentities }),
    };
    const settings = (credentials: Credentials) => ({
      region: 'us-east-1',
      endpoint: 'http://varve.test',
      credentials,
      maxAttempts: 1,
      systemClockOffset: aheadMs,
      requestHandler: {
        handle: async (request: SdkRequest) => ({
          response: await answer(request, { identity, authorizer, clock, tables }),
        }),
      },
    });
    await work({
      identity,
      iam: (credentials = ROOT_KEY) => new IAMClient(settings(credentials)),
      sts: (credentials = ROOT_KEY) => new STSClient(settings(credentials)),
      advanceMs: (milliseconds) => {
        aheadMs += milliseconds;
      },
    });
  } finally {
    await state.close();
    await rm(folder, { recursive: true });
  }
}

interface SdkRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body?: unknown;
}
interface Server {
  readonly identity: Identity;
  readonly authorizer: Authorizer;
  readonly clock: Clock;
  readonly tables: Readonly<Record<string, OperationTable<string>>>;
}

async function answer(request: SdkRequest, server: Server): Promise<SdkResponse> {
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
  const head: RequestHead = { method: request.method, target: request.path, headers };
  const body = Buffer.from(typeof request.body === 'string' || request.body instanceof Uint8Array ? request.body : '');
  const requestId = randomIds.uuid();
  let route: Route | undefined;
  try {
    route = routeRequest(head, { formBody: body });
    return sdkResponse(await perform(route, head, body, requestId, server));
  } catch (error) {
    const worded =
      error instanceof AuthenticationFailure ? authenticationError(error, route?.protocol ?? 'awsQuery') : error;
    if (!(worded instanceof ApiError)) throw worded;
    return sdkResponse(encodeError(route, head, worded, requestId));
  }
}

async function perform(
  route: Route,
  head: RequestHead,
  body: Buffer,
  requestId: string,
  { identity, authorizer, clock, tables }: Server,
): Promise<WireResponse> {
  const { caller, region, signedHeaders } = authenticate(route, head, body, identity, clock);
  const operation = tables[route.serviceName]?.[route.operation.name];
  if (operation?.kind !== 'implemented') throw new ApiError('InvalidAction', operation?.why ?? '', { status: 400 });
  const input = decodeRequest(route, head, body);
  const requestContext = {
    'aws:SourceIp': '10.1.2.3',
    'aws:CurrentTime': new Date(clock.nowMs()).toISOString(),
    'aws:RequestedRegion': region,
  };
  const rules: Readonly<Record<string, unknown>> = route.serviceName === 'iam' ? iamAuthorization : stsAuthorization;
  const rule = rules[route.operation.name] as Rule | undefined;
  if (typeof rule === 'function') {
    const { directory } = identity;
    const { accountId } = caller;
    for (const need of rule(input as never, { accountId, region, directory, caller })) {
      const decision = authorizer.decide(caller, need, requestContext);
      if (decision.effect === 'allow') continue;
      const message =
        route.serviceName === 'iam'
          ? iamDenialMessage(decision, caller, need)
          : denialSentence(decision, caller.arn, need);
      throw new ApiError('AccessDenied', message, { status: 403 });
    }
  }
  const context: CallContext = {
    requestId,
    caller,
    may: (question, as = caller) => authorizer.decide(as, question, requestContext),
    accountId: caller.accountId,
    region,
    receivedAtMs: clock.nowMs(),
    sourceIp: '::ffff:10.1.2.3',
    userAgent: '',
    method: head.method,
    target: head.target,
    headers: head.headers,
    signedHeaders,
    body: undefined,
    bodySha256Hex: undefined,
    bodyStream: undefined,
    signal: new AbortController().signal,
    handOverAudit: () => undefined,
    noteError: () => undefined,
    setHeader: () => undefined,
    setStatus: () => undefined,
  };
  const output = await operation.handle(input, context);
  return encodeResponse(route, output as Record<string, unknown>, requestId);
}

function authenticate(
  route: Route,
  head: RequestHead,
  body: Buffer,
  identity: Identity,
  clock: Clock,
): { caller: Caller; region: string; signedHeaders: ReadonlySet<string> } {
  const parsed = parseAuthorization(head);
  if (parsed.kind === 'anonymous' && identity.allowsAnonymous(route.operation)) {
    return { caller: NOBODY, region: 'us-east-1', signedHeaders: new Set() };
  }
  if (parsed.kind !== 'header') throw new AuthenticationFailure('missing');
  const signingName = route.service.metadata.signingName ?? route.service.metadata.name;
  const { caller, secret } = identity.resolve(parsed.accessKeyId, parsed.sessionToken, signingName);
  const { signedHeaders } = verifySignature(parsed, head, {
    secret,
    bodySha256Hex: createHash('sha256').update(body).digest('hex'),
    nowMs: clock.nowMs(),
    rule: 'standard',
    signingNames: [signingName],
  });
  return { caller, region: parsed.region, signedHeaders };
}

interface SdkResponse {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: Readable;
}

function sdkResponse({ status, headers, body }: WireResponse): SdkResponse {
  if (body !== undefined && typeof body !== 'string' && !(body instanceof Uint8Array))
    throw new Error('no stream here');
  return { statusCode: status, headers, body: Readable.from([Buffer.from(body ?? '')]) };
}
