/**
 * Who a request is from and what policies speak of them: root keys from the configuration, users' keys from the
 * directory, sessions from sealed tokens, Bedrock API keys. Answers from memory.
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
import { isApiKey, newApiKey, parseApiKey, SHORT_TERM_SECONDS_MAX } from './api-keys.ts';
import { policiesOfCaller } from './authorization/caller-policies.ts';
import type { CallerPolicies } from './authorization/types.ts';
import { sessionCaller, userCaller } from './callers.ts';
import { type AccessKey, Directory } from './directory/index.ts';
import { type KeyUse, KeyUses } from './key-uses.ts';
import { SecretBox } from './secret-box.ts';
import { type Session, SessionTokens } from './session-tokens.ts';
import type { Account, Caller, SessionCredentials } from './types.ts';

export interface IdentityOptions {
  readonly accounts: readonly Account[];
  /** At least 32 random bytes, kept in the data directory: tokens and users' access keys are good as long as it is the same. */
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

/**
 * Operations that callers without credentials may call: they bring a token of another issuer, or what a topic's message told
 * its subscriber. (That of SAML is not there; its callers shall be told so, not that they should sign.)
 */
const ANONYMOUS_OPERATIONS: ReadonlySet<string> = new Set([
  'AssumeRoleWithWebIdentity',
  'AssumeRoleWithSAML',
  'ConfirmSubscription',
  'Unsubscribe',
]);
/** The only services that take bearer tokens: Bedrock's, which share one signing name. */
const BEARER_SIGNING_NAME = 'bedrock';
/** Bedrock User Guide, "API keys reference": agents take none, nor does data automation. */
const BEARER_SERVICES: ReadonlySet<string> = new Set(['bedrock', 'bedrock-runtime']);
/** Derived keys of short-term API keys kept at most. */
const BEARER_SIGNING_KEYS_MAX = 1_000;
/** How far ahead of our clock a session may have been issued: by a server with the same key, or before our clock went back. */
const ISSUED_AHEAD_MS_MAX = 5 * 60_000;
/** Sessions of GetSessionToken and GetFederationToken are strangers there. (IAM User Guide, "Compare AWS STS credentials".) */
const ROLE_SESSIONS_ONLY = 'iam';
/** Opened session tokens kept at most; one takes about 2 KB, with session policies and tags up to 20. */
const OPEN_SESSIONS_MAX = 2_000;

export class Identity {
  readonly accounts: Accounts;
  readonly directory: Directory;
  readonly #secrets: SecretBox;
  readonly #tokens: SessionTokens;
  readonly #keyUses: KeyUses;
  readonly #clock: Clock;
  readonly #ids: IdSource;
  readonly #bearerSigningKeys = new SigningKeys(BEARER_SIGNING_KEYS_MAX);
  /** By session token; least recently used out first. */
  readonly #sessions = new Map<string, { accessKeyId: string; session: Session; secret: string }>();

  private constructor(options: IdentityOptions, directory: Directory, keyUses: KeyUses) {
    this.accounts = new Accounts(options.accounts);
    this.directory = directory;
    this.#secrets = new SecretBox(options.serverKey);
    this.#tokens = new SessionTokens(options.serverKey);
    this.#keyUses = keyUses;
    this.#clock = options.clock;
    this.#ids = options.ids;
  }

  static async open(options: IdentityOptions): Promise<Identity> {
    const directory = await Directory.open(options.state, options.ids);
    const roots = new Set(options.accounts.map(({ rootAccessKeyId }) => rootAccessKeyId));
    const isKey = (id: string): boolean => directory.accessKeys.byId(id) !== undefined || roots.has(id);
    const keyUses = await KeyUses.open(options.state, isKey);
    directory.accessKeys.onChange((before, after) => {
      if (before && !after) keyUses.forget(before.id);
    });
    return new Identity(options, directory, keyUses);
  }

  /** Writes what has not been written yet. */
  close(): Promise<void> {
    return this.#keyUses.close();
  }

  /** Whether the operation takes callers without credentials. */
  allowsAnonymous(operation: { readonly name: string }): boolean {
    return ANONYMOUS_OPERATIONS.has(operation.name);
  }

  /**
   * The caller behind an access key, and the secret that the signature must be made with.
   * @param signingName what requests to the called service are signed for: not every session is known everywhere
   * @throws {AuthenticationFailure} `unknown-key`, `bad-token`, `expired-token`
   */
  resolve(accessKeyId: string, sessionToken: string | undefined, signingName?: string): ResolvedKey {
    if (sessionToken !== undefined && !accessKeyId.startsWith('ASIA')) throw new AuthenticationFailure('bad-token');
    const account = this.accounts.byAccessKeyId(accessKeyId);
    if (account) return { caller: rootCaller(account), secret: account.rootSecretAccessKey };
    if (sessionToken === undefined) return this.#resolveAccessKey(accessKeyId);
    const { session, secret } = this.#openSession(accessKeyId, sessionToken);
    // A deleted role's or user's sessions end with it: there is nothing left that could allow them anything.
    const caller = this.accounts.has(session.accountId)
      ? sessionCaller(session, accessKeyId, this.directory)
      : undefined;
    if (!caller) throw unknownKey(accessKeyId);
    const nowMs = this.#clock.nowMs();
    if (session.expiresAtMs <= nowMs) throw new AuthenticationFailure('expired-token');
    if (session.issuedAtMs > nowMs + ISSUED_AHEAD_MS_MAX) throw new AuthenticationFailure('bad-token');
    if (session.principal.kind !== 'role' && signingName === ROLE_SESSIONS_ONLY) throw unknownKey(accessKeyId);
    return { caller, secret };
  }

  /**
   * The caller behind a Bedrock API key. Short-term keys are good in one region only, which is given too.
   * @param service the called one, by its endpoint's name: only `bedrock` and `bedrock-runtime` take API keys
   * @throws {AuthenticationFailure} `unsupported`, `bad-bearer`, `expired-bearer`
   */
  resolveBearer(
    token: string,
    service: string | undefined,
    nowMs: number,
  ): { caller: Caller; region: string | undefined } {
    if (service === undefined || !BEARER_SERVICES.has(service)) throw new AuthenticationFailure('unsupported');
    const parsed = parseApiKey(token);
    if (parsed?.kind === 'short-term') return this.#resolveShortTerm(parsed.head, nowMs);
    if (!parsed) throw new AuthenticationFailure('bad-bearer');
    return { caller: this.#resolveLongTerm(token, parsed.alias, nowMs), region: undefined };
  }

  /** A new long-term Bedrock API key, to be told once, and its hash for the directory. */
  newApiKey(alias: string): { readonly key: string; readonly keySha256Hex: string } {
    return newApiKey(alias);
  }

  /**
   * Credentials of a new session that begins now.
   * @param durationSeconds AWS tells the expiry in whole seconds
   * @param tokenCharsMin how long the session token shall be at least
   */
  issueSession(
    session: Omit<Session, 'issuedAtMs' | 'expiresAtMs'>,
    durationSeconds: number,
    tokenCharsMin = 0,
  ): { credentials: SessionCredentials; session: Session } {
    const issuedAtMs = this.#clock.nowMs();
    const expiresAtMs = Math.floor(issuedAtMs / 1000 + durationSeconds) * 1000;
    const whole: Session = { ...session, issuedAtMs, expiresAtMs };
    return { credentials: this.#tokens.issue(whole, this.#ids, tokenCharsMin), session: whole };
  }

  /** Bytes that a session would take in its token, of `PACKED_BYTES_MAX`. */
  packedBytes(session: Omit<Session, 'issuedAtMs' | 'expiresAtMs'>): number {
    return this.#tokens.packedBytes({ ...session, issuedAtMs: 0, expiresAtMs: 0 });
  }

  /** The caller that a session of this server is. */
  callerOf(session: Session, accessKeyId: string): Caller | undefined {
    return sessionCaller(session, accessKeyId, this.directory);
  }

  /** Seals the secret of a new access key for the directory. */
  sealSecret(accessKeyId: string, secret: string): string {
    return this.#secrets.seal(accessKeyId, secret);
  }

  /**
   * Remembers that a caller's access key was used, for a request whose signature held.
   * @param service what requests to the called service are signed for
   */
  noteKeyUse({ accessKeyId }: Caller, service: string, region: string, atMs: number): void {
    const known = this.directory.accessKeys.byId(accessKeyId) ?? this.accounts.byAccessKeyId(accessKeyId);
    if (known) this.#keyUses.note(accessKeyId, service, region, atMs);
  }

  /** When an access key, a user's or a root's, was last used; undefined when it never was. */
  lastKeyUse(accessKeyId: string): KeyUse | undefined {
    return this.#keyUses.of(accessKeyId);
  }

  /** False when it was sealed under another server key than this server's. */
  canOpenSecretOf({ id, sealedSecret }: AccessKey): boolean {
    return this.#secrets.open(id, sealedSecret) !== undefined;
  }

  /** The policies that speak of a caller, as they are now. */
  policiesOf(caller: Caller): CallerPolicies {
    return policiesOfCaller(caller, this.directory);
  }

  #resolveAccessKey(accessKeyId: string): ResolvedKey {
    const key = this.directory.accessKeys.byId(accessKeyId);
    const user = key?.active && this.accounts.has(key.accountId) ? this.directory.users.byId(key.userId) : undefined;
    if (!key || !user) throw unknownKey(accessKeyId);
    const secret = this.#secrets.open(accessKeyId, key.sealedSecret);
    // The server key has been replaced since: who has this access key cannot be told.
    if (secret === undefined) throw unknownKey(accessKeyId);
    return { caller: userCaller(user, accessKeyId), secret };
  }

  #openSession(accessKeyId: string, sessionToken: string): { session: Session; secret: string } {
    const known = this.#sessions.get(sessionToken);
    if (known?.accessKeyId === accessKeyId) {
      this.#sessions.delete(sessionToken);
      this.#sessions.set(sessionToken, known);
      return known;
    }
    const session = this.#tokens.open(accessKeyId, sessionToken);
    if (!session) throw new AuthenticationFailure('bad-token');
    const opened = { accessKeyId, session, secret: this.#tokens.secretOf(accessKeyId, sessionToken) };
    this.#sessions.set(sessionToken, opened);
    if (this.#sessions.size > OPEN_SESSIONS_MAX) {
      const oldest = this.#sessions.keys().next();
      if (!oldest.done) this.#sessions.delete(oldest.value);
    }
    return opened;
  }

  #resolveLongTerm(key: string, alias: string, nowMs: number): Caller {
    const credential = this.directory.apiKeyByAlias(alias);
    if (!credential || !isApiKey(key, credential.keySha256Hex)) throw new AuthenticationFailure('bad-bearer');
    const { active, accountId, userId, expiresAtMs } = credential;
    const user = active && this.accounts.has(accountId) ? this.directory.users.byId(userId) : undefined;
    if (!user) throw new AuthenticationFailure('bad-bearer');
    if (expiresAtMs !== undefined && expiresAtMs <= nowMs) throw new AuthenticationFailure('expired-bearer');
    return { ...userCaller(user, alias), bearer: 'LONG_TERM' };
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
      return { caller: { ...caller, bearer: 'SHORT_TERM' }, region: signed.region };
    } catch (error) {
      if (!(error instanceof AuthenticationFailure)) throw error;
      const expired = error.reason === 'expired-request' || error.reason === 'expired-token';
      throw new AuthenticationFailure(expired ? 'expired-bearer' : 'bad-bearer');
    }
  }
}

function unknownKey(accessKeyId: string): AuthenticationFailure {
  return new AuthenticationFailure('unknown-key', '', { AWSAccessKeyId: accessKeyId });
}
