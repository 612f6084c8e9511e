/**
 * The RSA-2048 keys that digests are signed with: one at a time for an account and Region, made when it is first needed.
 * A key that another has replaced stays listed, so that what it signed can still be verified; its private part is gone.
 * (Source: CloudTrail User Guide, "CloudTrail digest file structure"; specs: cloudtrail.md §4, ListPublicKeys, and §5.4.)
 */
import { createHash, createPrivateKey, generateKeyPair, type KeyObject, sign } from 'node:crypto';
import { promisify } from 'node:util';
import type { Clock } from '#base';
import type { SqlStatement, State } from '#state';
import { KEY_MIGRATIONS, publicKeyOf } from './rows.ts';
import { type KeyEvent, type KeyReason, type KeyVault, TooManyKeys, type TrailPublicKey } from './types.ts';

const MODULUS_BITS = 2048;
const SECOND_MS = 1_000;
/** Without a rotation by age a key is told to be valid so long. */
const VALID_MS = 3_652 * 24 * 3_600_000;
/** Keys of an account in a Region, old ones included: they are kept for ever. */
export const KEYS_MAX = 1_000;

export interface SigningKeysOptions {
  readonly state: State;
  readonly clock: Clock;
  readonly vault: KeyVault;
  /** A key is replaced when it has this age, milliseconds; absent: only when somebody asks. */
  readonly rotateAfterMs?: number;
  readonly onMade?: (event: KeyEvent) => void;
}

/** A key that can sign. */
export interface SigningKey extends TrailPublicKey {
  /** PKCS#1 v1.5 with SHA-256, in hex. */
  sign(text: string): Promise<string>;
}

export interface KeyPage {
  readonly keys: readonly TrailPublicKey[];
  /** Where the next page begins; undefined at the end. */
  readonly next: KeyPlace | undefined;
}

/** Behind which key a page begins. */
export interface KeyPlace {
  readonly validFromMs: number;
  readonly fingerprint: string;
}

const generatePair = promisify(generateKeyPair);

export class TrailSigningKeys {
  readonly #options: SigningKeysOptions;
  readonly #current = new Map<string, SigningKey>();
  /** Changes of the keys of an account and Region happen one after the other. */
  readonly #turns = new Map<string, Promise<unknown>>();

  private constructor(options: SigningKeysOptions) {
    this.#options = options;
  }

  static async open(options: SigningKeysOptions): Promise<TrailSigningKeys> {
    await options.state.migrate('trails-keys', KEY_MIGRATIONS);
    return new TrailSigningKeys(options);
  }

  /** The key that signs now; made, or replaced by age, when it is due. */
  current(accountId: string, region: string): Promise<SigningKey> {
    return this.#inTurn(accountId, region, async () => {
      const found = this.#current.get(placeOf(accountId, region)) ?? (await this.#load(accountId, region));
      if (found === undefined) return this.#make(accountId, region, 'first');
      if (found === 'lost') return this.#make(accountId, region, 'lost');
      if (!this.#isOld(found) || (await this.#count(accountId, region)) >= KEYS_MAX) return found;
      return this.#make(accountId, region, 'age');
    });
  }

  /**
   * Makes a key that signs from now on; the one before stays listed.
   * @throws {TooManyKeys} past {@link KEYS_MAX}
   */
  rotate(accountId: string, region: string): Promise<TrailPublicKey> {
    return this.#inTurn(accountId, region, async () => {
      if ((await this.#count(accountId, region)) >= KEYS_MAX) {
        throw new TooManyKeys(`account ${accountId} has ${KEYS_MAX} keys in ${region}`);
      }
      return this.#make(accountId, region, 'asked');
    });
  }

  /** Keys that were valid at some time from `fromMs` to `toMs`, oldest first, a page at a time. */
  async list(
    accountId: string,
    region: string,
    { fromMs, toMs, after, max }: { fromMs: number; toMs: number; after?: KeyPlace | undefined; max: number },
  ): Promise<KeyPage> {
    const rows = await this.#options.state.all(
      `SELECT * FROM trails_key
        WHERE account = ? AND region = ? AND valid_from_ms <= ? AND valid_to_ms >= ?
          AND (valid_from_ms, fingerprint) > (?, ?)
        ORDER BY valid_from_ms, fingerprint LIMIT ?`,
      [accountId, region, toMs, fromMs, after?.validFromMs ?? -1, after?.fingerprint ?? '', max + 1],
    );
    const keys = rows.slice(0, max).map(publicKeyOf);
    return { keys, next: rows.length > max ? keys.at(-1) : undefined };
  }

  /**
   * To be part of the transaction that persists what a key has signed for `atMs`: after the clock was set, or a rotation, that
   * may lie outside of what is told of the key's validity, and whoever looks for the key by time would miss it.
   */
  useOf(fingerprint: string, atMs: number): SqlStatement {
    return {
      sql: `UPDATE trails_key SET valid_from_ms = min(valid_from_ms, ?), valid_to_ms = max(valid_to_ms, ?)
             WHERE fingerprint = ?`,
      parameters: [atMs, atMs, fingerprint],
    };
  }

  #isOld({ validFromMs, validToMs }: TrailPublicKey): boolean {
    const { clock, rotateAfterMs = VALID_MS } = this.#options;
    return clock.nowMs() >= Math.min(validToMs, validFromMs + rotateAfterMs);
  }

  async #load(accountId: string, region: string): Promise<SigningKey | 'lost' | undefined> {
    const [row] = await this.#options.state.all(
      'SELECT * FROM trails_key WHERE account = ? AND region = ? AND sealed IS NOT NULL',
      [accountId, region],
    );
    if (!row) return undefined;
    const key = publicKeyOf(row);
    const opened = this.#options.vault.open(key.fingerprint, String(row['sealed']));
    if (opened === undefined) return 'lost';
    return this.#remember(accountId, region, key, createPrivateKey(opened));
  }

  async #make(accountId: string, region: string, reason: KeyReason): Promise<SigningKey> {
    const { state, clock, vault, rotateAfterMs = VALID_MS, onMade } = this.#options;
    const { publicKey, privateKey } = await generatePair('rsa', { modulusLength: MODULUS_BITS });
    const publicDer = publicKey.export({ type: 'pkcs1', format: 'der' });
    const fingerprint = createHash('md5').update(publicDer).digest('hex');
    const nowMs = clock.nowMs();
    // The API tells whole seconds.
    const validFromMs = Math.floor(nowMs / SECOND_MS) * SECOND_MS;
    const key: TrailPublicKey = { fingerprint, publicDer, validFromMs, validToMs: validFromMs + rotateAfterMs };
    const sealed = vault.seal(fingerprint, privateKey.export({ type: 'pkcs8', format: 'pem' }));
    await state.transaction([
      {
        sql: `UPDATE trails_key SET sealed = NULL, valid_to_ms = max(valid_from_ms, ?)
               WHERE account = ? AND region = ? AND sealed IS NOT NULL`,
        parameters: [nowMs, accountId, region],
      },
      {
        sql: 'INSERT INTO trails_key VALUES (?, ?, ?, ?, ?, ?, ?)',
        parameters: [fingerprint, accountId, region, publicDer, sealed, key.validFromMs, key.validToMs],
      },
    ]);
    onMade?.({ accountId, region, fingerprint, reason });
    return this.#remember(accountId, region, key, privateKey);
  }

  #remember(accountId: string, region: string, key: TrailPublicKey, privateKey: KeyObject): SigningKey {
    const signing: SigningKey = { ...key, sign: (text) => signed(privateKey, text) };
    this.#current.set(placeOf(accountId, region), signing);
    return signing;
  }

  async #count(accountId: string, region: string): Promise<number> {
    const [row] = await this.#options.state.all(
      'SELECT count(*) AS keys FROM trails_key WHERE account = ? AND region = ?',
      [accountId, region],
    );
    return Number(row?.['keys'] ?? 0);
  }

  #inTurn<T>(accountId: string, region: string, work: () => Promise<T>): Promise<T> {
    const place = placeOf(accountId, region);
    const turn = (this.#turns.get(place) ?? Promise.resolve()).then(work);
    const ended = turn.then(
      () => undefined,
      () => undefined,
    );
    this.#turns.set(place, ended);
    void ended.then(() => {
      if (this.#turns.get(place) === ended) this.#turns.delete(place);
    });
    return turn;
  }
}

function placeOf(accountId: string, region: string): string {
  return `${accountId}/${region}`;
}

/** In a thread of the pool: a signature takes about a millisecond. */
function signed(privateKey: KeyObject, text: string): Promise<string> {
  return new Promise((done, failed) => {
    sign('sha256', Buffer.from(text), privateKey, (error, signature) =>
      error ? failed(error) : done(signature.toString('hex')),
    );
  });
}
