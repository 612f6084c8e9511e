/**
 * Public keys of issuers, fetched as OpenID Connect Discovery says and kept.
 *
 * Contract
 *   - of one issuer there is one fetch at a time, which all who need it wait for, and one attempt each
 *     {@link ATTEMPT_INTERVAL_MS} at most, whoever asks for whatever key id
 *   - keys are fetched anew after {@link KEYS_FRESH_MS}, and when a token names one that is not there
 *   - keys outlive an issuer that is down, for {@link KEYS_KEPT_MS_MAX}
 * (Source: OpenID Connect Discovery 1.0 §4; RFC 7517 §5.)
 */
import type { Clock } from '#base';
import { WebIdentityFailure } from './failure.ts';
import { fetchJson } from './fetch-json.ts';
import { isKeySetUrl } from './issuer-url.ts';
import { readKeySet, type VerificationKey } from './json-web-keys.ts';

/** How long keys are used without asking again. */
const KEYS_FRESH_MS = 60 * 60_000;
/** How long they are used when asking again fails. */
const KEYS_KEPT_MS_MAX = 24 * 60 * 60_000;
/** Between two attempts to fetch from one issuer. */
const ATTEMPT_INTERVAL_MS = 10_000;
/** For the discovery document and the key set together; AWS gives issuers 5 s. */
const FETCH_MS_MAX = 5_000;
/** Issuers whose keys are kept; those asked for longest ago go first. */
const ISSUERS_MAX = 1_000;

export interface IssuerKeysOptions {
  readonly clock: Clock;
  /** An issuer's keys could not be fetched, for another reason than before; undefined: they could again. */
  readonly onFailure: (issuer: string, failure: WebIdentityFailure | undefined) => void;
  /** How long issuers have to give their keys, milliseconds. */
  readonly fetchMsMax?: number;
}

interface Entry {
  readonly issuer: string;
  keys: readonly VerificationKey[];
  /** Of the monotonic clock. */
  fetchedAtMs: number;
  attemptedAtMs: number;
  fetching: Promise<void> | undefined;
  failure: WebIdentityFailure | undefined;
}

export class IssuerKeys {
  readonly #clock: Clock;
  readonly #onFailure: IssuerKeysOptions['onFailure'];
  readonly #fetchMsMax: number;
  readonly #entries = new Map<string, Entry>();
  readonly #closing = new AbortController();

  constructor({ clock, onFailure, fetchMsMax = FETCH_MS_MAX }: IssuerKeysOptions) {
    this.#clock = clock;
    this.#onFailure = onFailure;
    this.#fetchMsMax = fetchMsMax;
  }

  /**
   * The issuer's keys that fit; an empty list when it has none such.
   * @throws {WebIdentityFailure} `unreachable`, `unusable-issuer` when there are no keys that could be looked through
   */
  async find(issuer: string, fits: (key: VerificationKey) => boolean): Promise<readonly VerificationKey[]> {
    const entry = this.#entryOf(issuer);
    if (this.#ageMs(entry) >= KEYS_FRESH_MS) await this.#refresh(entry);
    let found = this.#usable(entry).filter(fits);
    if (found.length === 0) {
      await this.#refresh(entry);
      found = this.#usable(entry).filter(fits);
    }
    if (found.length === 0 && entry.failure) throw entry.failure;
    return found;
  }

  /** Ends what is being fetched. */
  close(): void {
    this.#closing.abort();
  }

  #entryOf(issuer: string): Entry {
    const entry = this.#entries.get(issuer) ?? {
      issuer,
      keys: [],
      fetchedAtMs: -Infinity,
      attemptedAtMs: -Infinity,
      fetching: undefined,
      failure: undefined,
    };
    this.#entries.delete(issuer);
    this.#entries.set(issuer, entry);
    if (this.#entries.size > ISSUERS_MAX) {
      const oldest = this.#entries.keys().next();
      if (!oldest.done) this.#entries.delete(oldest.value);
    }
    return entry;
  }

  #ageMs(entry: Entry): number {
    return this.#clock.monotonicMs() - entry.fetchedAtMs;
  }

  #usable(entry: Entry): readonly VerificationKey[] {
    return this.#ageMs(entry) < KEYS_KEPT_MS_MAX ? entry.keys : [];
  }

  async #refresh(entry: Entry): Promise<void> {
    if (!entry.fetching) {
      if (this.#clock.monotonicMs() - entry.attemptedAtMs < ATTEMPT_INTERVAL_MS) return;
      entry.attemptedAtMs = this.#clock.monotonicMs();
      entry.fetching = this.#fetchInto(entry);
    }
    await entry.fetching;
  }

  async #fetchInto(entry: Entry): Promise<void> {
    try {
      const signal = AbortSignal.any([this.#closing.signal, AbortSignal.timeout(this.#fetchMsMax)]);
      entry.keys = await fetchKeys(entry.issuer, signal);
      entry.fetchedAtMs = this.#clock.monotonicMs();
      this.#tell(entry, undefined);
    } catch (error) {
      if (!(error instanceof WebIdentityFailure)) throw error;
      this.#tell(entry, error);
    } finally {
      entry.fetching = undefined;
    }
  }

  #tell(entry: Entry, failure: WebIdentityFailure | undefined): void {
    const before = entry.failure;
    entry.failure = failure;
    if (before?.message !== failure?.message) this.#onFailure(entry.issuer, failure);
  }
}

async function fetchKeys(issuer: string, signal: AbortSignal): Promise<VerificationKey[]> {
  const discovery = await fetchJson(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`, signal);
  const { issuer: named, jwks_uri: keySetUrl } = (discovery ?? {}) as Readonly<Record<string, unknown>>;
  if (named !== issuer) throw new WebIdentityFailure('unusable-issuer', `${issuer} says that it is another issuer`);
  if (typeof keySetUrl !== 'string' || !isKeySetUrl(keySetUrl, issuer)) {
    throw new WebIdentityFailure('unusable-issuer', `${issuer} names no place for its keys that may be asked`);
  }
  return readKeySet(await fetchJson(keySetUrl, signal));
}
