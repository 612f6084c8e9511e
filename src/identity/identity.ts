/**
 * Who a request is from: root keys from the configuration, sessions from sealed tokens, Bedrock API keys.
 * Answers from memory; only changes of roles touch the disk.
 */
import type { Clock, IdSource } from '#base';
import type { State } from '#state';
import {
  AuthenticationFailure,
  EMPTY_SHA256_HEX,
  parseAuthorization,
  type RequestHead,
  SigningKeys,
  verifySignature,
} from '#wire';
import { Accounts, rootCaller } from './accounts.ts';
import { ApiKeys, type LongTermKey, SHORT_TERM_SECONDS_MAX } from './api-keys.ts';
import { type Role, roleArn, Roles } from './roles.ts';
import { SessionTokens } from './session-tokens.ts';
import type { Account, Caller, SessionCredentials } from './types.ts';

export interface IdentityOptions {
  readonly accounts: readonly Account[];
  /** At least 32 random bytes, kept in the data directory: tokens and API keys are good as long as it is the same. */
  readonly serverKey: Buffer;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly state: State;
}

export interface ResolvedKey {
  readonly caller: Caller;
  /** The secret that must have signed the request. Never leaves the process. */
  readonly secret: string;
}

/** Operations that callers without credentials may call: they bring a token of their own. */
const ANONYMOUS_OPERATIONS: ReadonlySet<string> = new Set(['AssumeRoleWithSAML', 'AssumeRoleWithWebIdentity']);
/** The only services that take bearer tokens: Bedrock's, which share one signing name. */
const BEARER_SIGNING_NAME = 'bedrock';
/** Derived keys of short-term API keys kept at most. */
const BEARER_SIGNING_KEYS_MAX = 1_000;

export class Identity {
  readonly roles: Roles;
  readonly accounts: Accounts;
  readonly #tokens: SessionTokens;
  readonly #apiKeys: ApiKeys;
  readonly #clock: Clock;
  readonly #ids: IdSource;
  readonly #bearerSigningKeys = new SigningKeys(BEARER_SIGNING_KEYS_MAX);

  private constructor(options: IdentityOptions, roles: Roles) {
    this.roles = roles;
    this.accounts = new Accounts(options.accounts);
    this.#tokens = new SessionTokens(options.serverKey);
    this.#apiKeys = new ApiKeys(options.serverKey);
    this.#clock = options.clock;
    this.#ids = options.ids;
  }

  static async open(options: IdentityOptions): Promise<Identity> {
    return new Identity(options, await Roles.open(options.state, options.ids));
  }

  /** Whether the operation takes callers without credentials. */
  allowsAnonymous(operation: { readonly name: string }): boolean {
    return ANONYMOUS_OPERATIONS.has(operation.name);
  }

  /**
   * The caller behind an access key, and the secret that the signature must be made with.
   * @throws {AuthenticationFailure} `unknown-key`, `bad-token`, `expired-token`
   */
  resolve(accessKeyId: string, sessionToken: string | undefined): ResolvedKey {
    const account = this.accounts.byAccessKeyId(accessKeyId);
    if (account) {
      if (sessionToken !== undefined) throw new AuthenticationFailure('bad-token');
      return { caller: rootCaller(account), secret: account.rootSecretAccessKey };
    }
    if (sessionToken === undefined) throw unknownKey(accessKeyId);
    const session = this.#tokens.open(accessKeyId, sessionToken);
    if (!session) throw new AuthenticationFailure('bad-token');
    const role = this.roles.byId(session.roleId);
    // A deleted role's sessions end with it: there is nothing left that could allow them anything.
    if (!role || !this.accounts.has(session.accountId)) throw unknownKey(accessKeyId);
    if (session.expiresAtMs <= this.#clock.nowMs()) throw new AuthenticationFailure('expired-token');
    return {
      caller: sessionCaller(role, session.sessionName, accessKeyId, session.issuedAtMs),
      secret: this.#tokens.secretOf(accessKeyId, sessionToken),
    };
  }

  /**
   * The caller behind a Bedrock API key. Short-term keys are good in one region only, which is given too.
   * @param signingName what requests to the called service are signed for: only `bedrock` takes API keys
   * @throws {AuthenticationFailure} `unsupported`, `bad-bearer`, `expired-bearer`
   */
  resolveBearer(
    token: string,
    signingName: string | undefined,
    nowMs: number,
  ): { caller: Caller; region: string | undefined } {
    if (signingName !== BEARER_SIGNING_NAME) throw new AuthenticationFailure('unsupported');
    const parsed = this.#apiKeys.parse(token);
    if (parsed?.kind === 'short-term') return this.#resolveShortTerm(parsed.head, nowMs);
    if (!parsed || !this.accounts.has(parsed.key.accountId)) throw new AuthenticationFailure('bad-bearer');
    const { accountId, name, expiresAtMs } = parsed.key;
    if (expiresAtMs !== undefined && expiresAtMs <= nowMs) throw new AuthenticationFailure('expired-bearer');
    return { caller: apiKeyCaller(accountId, name), region: undefined };
  }

  /** A long-term Bedrock API key; the same arguments always give the same key. */
  issueApiKey(key: LongTermKey): string {
    return this.#apiKeys.issue(key);
  }

  /** Credentials of a new session of a role. `issuedAtMs` is now. */
  issueSession(
    role: Role,
    sessionName: string,
    durationSeconds: number,
  ): { credentials: SessionCredentials; caller: Caller } {
    const issuedAtMs = this.#clock.nowMs();
    // AWS tells the expiry in whole seconds.
    const expiresAtMs = Math.floor(issuedAtMs / 1000 + durationSeconds) * 1000;
    const credentials = this.#tokens.issue(
      { accountId: role.accountId, roleId: role.id, sessionName, issuedAtMs, expiresAtMs },
      this.#ids,
    );
    return { credentials, caller: sessionCaller(role, sessionName, credentials.accessKeyId, issuedAtMs) };
  }

  #resolveShortTerm(head: RequestHead, nowMs: number): { caller: Caller; region: string } {
    try {
      const signed = parseAuthorization(head);
      if (signed.kind !== 'presigned' || (signed.expiresSeconds ?? Infinity) > SHORT_TERM_SECONDS_MAX) {
        throw new AuthenticationFailure('bad-bearer');
      }
      const { caller, secret } = this.resolve(signed.accessKeyId, signed.sessionToken);
      verifySignature(signed, head, {
        secret,
        bodySha256Hex: EMPTY_SHA256_HEX,
        nowMs,
        rule: 'standard',
        signingNames: [BEARER_SIGNING_NAME],
        keys: this.#bearerSigningKeys,
      });
      return { caller, region: signed.region };
    } catch (error) {
      if (!(error instanceof AuthenticationFailure)) throw error;
      const expired = error.reason === 'expired-request' || error.reason === 'expired-token';
      throw new AuthenticationFailure(expired ? 'expired-bearer' : 'bad-bearer');
    }
  }
}

function sessionCaller(role: Role, sessionName: string, accessKeyId: string, issuedAtMs: number): Caller {
  return {
    kind: 'assumed-role',
    accountId: role.accountId,
    arn: `arn:aws:sts::${role.accountId}:assumed-role/${role.name}/${sessionName}`,
    userId: `${role.id}:${sessionName}`,
    accessKeyId,
    role: { id: role.id, name: role.name, arn: roleArn(role), issuedAtMs },
  };
}

/** Behind a long-term key stands a user of its own, `BedrockAPIKey-NAME`. */
function apiKeyCaller(accountId: string, name: string): Caller {
  return {
    kind: 'api-key',
    accountId,
    arn: `arn:aws:iam::${accountId}:user/BedrockAPIKey-${name}`,
    userId: `BedrockAPIKey-${name}-at-${accountId}`,
    accessKeyId: `BedrockAPIKey-${name}-at-${accountId}`,
  };
}

function unknownKey(accessKeyId: string): AuthenticationFailure {
  return new AuthenticationFailure('unknown-key', '', { AWSAccessKeyId: accessKeyId });
}
