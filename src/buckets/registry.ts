/**
 * The buckets of this server: kept in the control state, read from memory. Names are global in the server, as they
 * are in AWS; a bucket that is deleted and made again has a new generation and none of the old objects.
 */
import type { Readable } from 'node:stream';
import { bug, type Clock, type IdSource } from '#base';
import { type ObjectInfo, type ObjectStore, ObjectStoreError, type PutOptions } from '#objects';
import type { State } from '#state';
import { evaluate } from '#identity';
import { parseBucketPolicy } from './policy.ts';
import { bucketOf, bucketWith, MIGRATIONS, type Phase } from './rows.ts';
import {
  type AccessRequest,
  type Bucket,
  BucketError,
  type BucketSettings,
  type ObjectOwnership,
  type PolicyDecision,
  type ServiceRequest,
  type Tag,
} from './types.ts';

/** General purpose buckets an account can have. (Source: S3 quotas, since November 2024.) */
export const BUCKETS_PER_ACCOUNT_MAX = 10_000;

const GENERATION_DIGITS = 20;

export interface BucketsOptions {
  readonly state: State;
  readonly objects: ObjectStore;
  readonly clock: Clock;
  readonly ids: IdSource;
}

export interface NewBucket {
  readonly name: string;
  readonly accountId: string;
  readonly region: string;
  /** Default `BucketOwnerEnforced`: ACLs are off. */
  readonly ownership?: ObjectOwnership;
  readonly tags?: readonly Tag[];
}

export interface PutAsService extends ServiceRequest {
  readonly bucketGeneration: string;
  readonly key: string;
  readonly body: Uint8Array | Readable;
  /** Default `s3:PutObject`. */
  readonly action?: string;
  readonly options?: PutOptions;
}

export class Buckets {
  readonly #state: State;
  readonly #objects: ObjectStore;
  readonly #clock: Clock;
  readonly #ids: IdSource;
  readonly #byName = new Map<string, Bucket>();
  readonly #byGeneration = new Map<string, Bucket>();
  readonly #listeners: ((bucket: Bucket) => void)[] = [];
  /** Changes happen one after the other: each builds on what the one before left. */
  #changes: Promise<unknown> = Promise.resolve();

  private constructor({ state, objects, clock, ids }: BucketsOptions) {
    this.#state = state;
    this.#objects = objects;
    this.#clock = clock;
    this.#ids = ids;
  }

  /** Reads the registry and brings to an end what a crash has interrupted. */
  static async open(options: BucketsOptions): Promise<Buckets> {
    await options.state.migrate('buckets', MIGRATIONS);
    const buckets = new Buckets(options);
    for (const row of await options.state.all('SELECT * FROM buckets_bucket ORDER BY name')) {
      const bucket = bucketOf(row);
      if (row['phase'] === 'live') buckets.#remember(bucket);
      else await buckets.#settle(bucket);
    }
    return buckets;
  }

  get(name: string): Bucket | undefined {
    return this.#byName.get(name);
  }

  byGeneration(generation: string): Bucket | undefined {
    return this.#byGeneration.get(generation);
  }

  /** Told of every bucket that comes, or whose settings change, from now on. */
  onChange(listener: (bucket: Bucket) => void): void {
    this.#listeners.push(listener);
  }

  /** An account's buckets by name. */
  list(accountId: string): Bucket[] {
    return [...this.#byName.values()]
      .filter((bucket) => bucket.accountId === accountId)
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** @throws {BucketError} `exists` (whoever owns it), `too-many`; {@link ObjectStoreError} */
  create({ name, accountId, region, ownership = 'BucketOwnerEnforced', tags }: NewBucket): Promise<Bucket> {
    return this.#inTurn(async () => {
      if (this.#byName.has(name)) throw new BucketError('exists', `a bucket ${name} is there`);
      if (this.list(accountId).length >= BUCKETS_PER_ACCOUNT_MAX) {
        throw new BucketError('too-many', `account ${accountId} has ${BUCKETS_PER_ACCOUNT_MAX} buckets`);
      }
      const settings: BucketSettings = {
        ownership,
        encryption: { bucketKeyEnabled: false },
        // New buckets block public access. (Source: S3 User Guide, default since April 2023.)
        publicAccessBlock: {
          blockPublicAcls: true,
          ignorePublicAcls: true,
          blockPublicPolicy: true,
          restrictPublicBuckets: true,
        },
        ...(tags && tags.length > 0 && { tags }),
      };
      const generation = this.#ids.hex(GENERATION_DIGITS);
      const bucket = bucketWith({ name, generation, accountId, region, createdMs: this.#clock.nowMs() }, settings);
      await this.#insert(bucket);
      await this.#objects.createBucket(bucket).catch(async (error: unknown) => {
        await this.#remove(bucket);
        throw error;
      });
      await this.#setPhase(bucket, 'live');
      this.#remember(bucket);
      return bucket;
    });
  }

  /** @throws {BucketError} `gone`, `not-empty`; {@link ObjectStoreError} */
  delete(generation: string): Promise<void> {
    return this.#inTurn(async () => {
      const bucket = this.#mustHave(generation);
      await this.#setPhase(bucket, 'deleting');
      try {
        await this.#objects.deleteBucket(bucket);
      } catch (error) {
        await this.#setPhase(bucket, 'live');
        if (error instanceof ObjectStoreError && error.reason === 'bucket-not-empty') {
          throw new BucketError('not-empty', `the bucket ${bucket.name} holds objects`, { cause: error });
        }
        throw error;
      }
      await this.#remove(bucket);
      this.#byName.delete(bucket.name);
      this.#byGeneration.delete(generation);
    });
  }

  /**
   * Changes settings: durable when it resolves, and seen by everybody from then on.
   * @throws {BucketError} `gone`; what `change` throws
   */
  update(generation: string, change: (settings: BucketSettings) => BucketSettings): Promise<Bucket> {
    return this.#inTurn(async () => {
      const bucket = this.#mustHave(generation);
      const changed = bucketWith(bucket, change(bucket.settings));
      await this.#state.transaction([
        {
          sql: 'UPDATE buckets_bucket SET settings = ? WHERE generation = ?',
          parameters: [JSON.stringify(changed.settings), generation],
        },
      ]);
      this.#remember(changed);
      return changed;
    });
  }

  /** What the bucket's policy says; without a policy nothing is allowed by it. */
  decide(bucket: Bucket, request: AccessRequest): PolicyDecision {
    const { policy } = bucket.settings;
    if (policy === undefined) return 'implicit-deny';
    return evaluate({ ...request, policies: [parseBucketPolicy(policy)] }).decision;
  }

  /** Whether the policy lets a service do `action` on an object in its own name. */
  decideForService(bucket: Bucket, key: string, request: ServiceRequest, action = 's3:PutObject'): PolicyDecision {
    return this.decide(bucket, {
      principal: { type: 'Service', name: request.servicePrincipal },
      action,
      resource: `arn:aws:s3:::${bucket.name}/${key}`,
      context: {
        'aws:SourceAccount': request.sourceAccount,
        'aws:SourceArn': request.sourceArn,
        'aws:PrincipalIsAWSService': 'true',
        'aws:SecureTransport': 'true',
        // Log deliveries of AWS put with this ACL, and the policies of its guides ask for it.
        's3:x-amz-acl': 'bucket-owner-full-control',
      },
    });
  }

  /**
   * Puts an object in a service's name, if the bucket's policy lets it (log delivery).
   * @throws {BucketError} `gone`, `denied`; {@link ObjectStoreError}
   */
  async putAsService({ bucketGeneration, key, body, action, options, ...request }: PutAsService): Promise<ObjectInfo> {
    const bucket = this.#mustHave(bucketGeneration);
    const decision = this.decideForService(bucket, key, request, action);
    if (decision !== 'allow') {
      throw new BucketError(
        'denied',
        `the policy of bucket ${bucket.name} does not let ${request.servicePrincipal} put ${key} (${decision})`,
      );
    }
    try {
      return await this.#objects.put(bucket, key, body, options);
    } catch (error) {
      const reason = error instanceof ObjectStoreError ? error.reason : undefined;
      if (reason !== 'no-such-bucket' && reason !== 'denied') throw error;
      throw new BucketError(reason === 'denied' ? 'denied' : 'gone', `the store refuses bucket ${bucket.name}`, {
        cause: error,
      });
    }
  }

  /**
   * Adds a statement to the bucket's policy; the others stay as they are.
   * @throws {BucketError} `gone`; MalformedPolicy when the whole is none any more
   */
  async addPolicyStatement(generation: string, statement: Readonly<Record<string, unknown>>): Promise<void> {
    await this.update(generation, (settings) => {
      const policy = JSON.stringify(withStatement(settings.policy, statement));
      parseBucketPolicy(policy);
      return { ...settings, policy };
    });
  }

  async #settle(bucket: Bucket): Promise<void> {
    try {
      await this.#objects.deleteBucket(bucket);
      await this.#remove(bucket);
    } catch {
      // It holds objects, or its store cannot be reached: it stays, and its owner can delete it again.
      await this.#setPhase(bucket, 'live');
      this.#remember(bucket);
    }
  }

  #mustHave(generation: string): Bucket {
    const bucket = this.#byGeneration.get(generation);
    if (!bucket) throw new BucketError('gone', `the bucket ${generation} is gone`);
    return bucket;
  }

  #remember(bucket: Bucket): void {
    this.#byName.set(bucket.name, bucket);
    this.#byGeneration.set(bucket.generation, bucket);
    for (const listener of this.#listeners) listener(bucket);
  }

  async #insert({ name, generation, accountId, region, createdMs, settings }: Bucket): Promise<void> {
    await this.#state.transaction([
      {
        sql: 'INSERT INTO buckets_bucket VALUES (?, ?, ?, ?, ?, ?, ?)',
        parameters: [name, generation, accountId, region, createdMs, 'creating', JSON.stringify(settings)],
      },
    ]);
  }

  async #setPhase({ generation }: Bucket, phase: Phase): Promise<void> {
    await this.#state.transaction([
      { sql: 'UPDATE buckets_bucket SET phase = ? WHERE generation = ?', parameters: [phase, generation] },
    ]);
  }

  async #remove({ generation }: Bucket): Promise<void> {
    await this.#state.transaction([
      { sql: 'DELETE FROM buckets_bucket WHERE generation = ?', parameters: [generation] },
    ]);
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#changes.then(work);
    this.#changes = turn.catch(() => undefined);
    return turn;
  }
}

function withStatement(policy: string | undefined, statement: Readonly<Record<string, unknown>>): unknown {
  if (policy === undefined) return { Version: '2012-10-17', Statement: [statement] };
  const document = JSON.parse(policy) as unknown;
  if (typeof document !== 'object' || document === null) return bug('a stored bucket policy is no object');
  const present = 'Statement' in document ? document.Statement : [];
  return { ...document, Statement: [...(Array.isArray(present) ? present : [present]), statement] };
}
