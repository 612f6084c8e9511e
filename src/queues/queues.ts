/**
 * The queues of SQS: standard ones. At least once, mostly in order, durable: a send that resolved survives a crash.
 * (SQS Developer Guide and API reference; limits of "Amazon SQS message quotas".)
 */
import { type Clock, type IdSource, OperationalError } from '#base';
import { evaluate, type PolicyDocument } from '#identity';
import type { State } from '#state';
import { ApiError } from '#wire';
import {
  type AttributeTexts,
  asksForCounts,
  attributeTexts,
  DEFAULT_SETTINGS,
  firstDifference,
  withAttributes,
} from './attributes.ts';
import { invalidAttribute, invalidValue, queueDoesNotExist } from './errors.ts';
import { checkDraft } from './drafts.ts';
import { md5OfAttributes, md5OfBody } from './message-attributes.ts';
import { type DeadLetters, MessageStore } from './message-store.ts';
import { checkName, parseQueueArn } from './names.ts';
import { Pollers } from './pollers.ts';
import { readHandle } from './receipt-handles.ts';
import { QueueRegistry } from './registry.ts';
import { Sweeper } from './sweeper.ts';
import type {
  MessageDraft,
  Queue,
  QueueAccess,
  QueueScope,
  QueueSettings,
  ReceivedMessage,
  ReceiveRequest,
  SentMessage,
} from './types.ts';

/** Messages of a queue that may be received and not yet deleted. (SQS quotas, standard queues.) */
export const IN_FLIGHT_MAX = 120_000;
export const TAGS_MAX = 50;
const PURGE_INTERVAL_MS = 60_000;

export interface QueuesOptions {
  readonly state: State;
  readonly clock: Clock;
  readonly ids: IdSource;
  /** Told when the sweeper could not do its work; it tries again. */
  readonly onSweepFailure: (error: unknown) => void;
  /** For tests. */
  readonly inFlightMax?: number;
}

export class Queues {
  readonly #registry: QueueRegistry;
  readonly #store: MessageStore;
  readonly #pollers: Pollers;
  readonly #sweeper: Sweeper;
  readonly #clock: Clock;
  readonly #ids: IdSource;
  readonly #inFlightMax: number;
  /** By generation: at least as many as are in flight. Absent: not known, as after a start. */
  readonly #inFlightAtMost = new Map<string, number>();
  /** By generation, when it was purged last. */
  readonly #purgedMs = new Map<string, number>();

  private constructor(registry: QueueRegistry, { state, clock, ids, inFlightMax, onSweepFailure }: QueuesOptions) {
    this.#registry = registry;
    this.#clock = clock;
    this.#ids = ids;
    this.#inFlightMax = inFlightMax ?? IN_FLIGHT_MAX;
    this.#store = new MessageStore(state, clock);
    this.#pollers = new Pollers(clock);
    this.#sweeper = new Sweeper(this.#store, () => registry.all(), onSweepFailure);
  }

  static async open(options: QueuesOptions): Promise<Queues> {
    return new Queues(await QueueRegistry.open(options.state, options.clock, options.ids), options);
  }

  /** Begins to remove what has expired. */
  start(): void {
    this.#sweeper.start();
  }

  /** Lets receivers that wait go with nothing: the server stops. */
  endWaits(): void {
    this.#pollers.close();
  }

  async close(): Promise<void> {
    this.endWaits();
    await this.#sweeper.close();
  }

  find(scope: QueueScope, name: string): Queue | undefined {
    return this.#registry.find(scope, name);
  }

  byArn(arn: string): Queue | undefined {
    const parsed = parseQueueArn(arn);
    return parsed && this.find(parsed, parsed.name);
  }

  /** By name. */
  list(scope: QueueScope): Queue[] {
    return this.#registry.list(scope);
  }

  /** Those that name the queue as their dead-letter queue, by name. */
  deadLetterSources({ arn, ...scope }: Queue): Queue[] {
    return this.list(scope).filter(({ settings }) => settings.redrivePolicy?.deadLetterTargetArn === arn);
  }

  /**
   * Makes a queue, or finds the one that is there with these attributes.
   * @throws {ApiError} QueueNameExists, InvalidAttributeName, InvalidAttributeValue, InvalidParameterValue
   */
  create(scope: QueueScope, name: string, texts: AttributeTexts, tags: Queue['tags']): Promise<Queue> {
    checkName(name);
    return this.#registry.create(scope, name, (present) => {
      const settings = withAttributes(DEFAULT_SETTINGS, texts);
      if (!present) {
        this.#checkRedrive(scope, name, settings);
        return { settings, tags };
      }
      const different = firstDifference(present.settings, texts);
      if (different === undefined) return undefined;
      throw new ApiError(
        'QueueNameExists',
        `A queue already exists with the same name and a different value for attribute ${different}`,
      );
    });
  }

  /** @throws {ApiError} InvalidAttributeName, InvalidAttributeValue, QueueDoesNotExist */
  async setAttributes(queue: Queue, texts: AttributeTexts): Promise<void> {
    const { generation } = await this.#registry.update(queue, (present) => {
      const settings = withAttributes(present.settings, texts);
      this.#checkRedrive(present, present.name, settings);
      return { settings };
    });
    this.#pollers.wake(generation);
  }

  /** Changes the policy by its document; `undefined` takes it away. @throws {ApiError} as {@link setAttributes} */
  async changePolicy(queue: Queue, change: (policy: string | undefined) => string | undefined): Promise<void> {
    await this.#registry.update(queue, ({ settings }) => ({
      settings: withAttributes(settings, { Policy: change(settings.policy) ?? '' }),
    }));
  }

  /** @throws {ApiError} InvalidParameterValue, QueueDoesNotExist */
  async setTags(queue: Queue, change: (tags: Queue['tags']) => Queue['tags']): Promise<void> {
    await this.#registry.update(queue, ({ tags }) => ({ tags: change(tags) }));
  }

  /** @throws {ApiError} InvalidAttributeName */
  async attributes(queue: Queue, names: readonly string[]): Promise<AttributeTexts> {
    const counts = asksForCounts(names) ? await this.#store.counts(queue) : undefined;
    return attributeTexts(queue, names, counts);
  }

  /** Deletes the queue and all its messages; receivers that wait get nothing. @throws {ApiError} QueueDoesNotExist */
  async delete(queue: Queue): Promise<void> {
    await this.#registry.delete(queue);
    this.#inFlightAtMost.delete(queue.generation);
    this.#purgedMs.delete(queue.generation);
    this.#pollers.wake(queue.generation);
    this.#sweeper.wake();
  }

  /** @throws {ApiError} PurgeQueueInProgress, QueueDoesNotExist */
  async purge(queue: Queue): Promise<void> {
    const nowMs = this.#clock.monotonicMs();
    const beforeMs = this.#purgedMs.get(queue.generation);
    if (beforeMs !== undefined && nowMs - beforeMs < PURGE_INTERVAL_MS) {
      throw new ApiError(
        'PurgeQueueInProgress',
        `Only one PurgeQueue operation on ${queue.name} is allowed every 60 seconds.`,
      );
    }
    await this.#registry.purge(queue);
    this.#purgedMs.set(queue.generation, nowMs);
    this.#sweeper.wake();
  }

  /** @throws {ApiError} what {@link send} would throw for this message */
  check({ settings }: Queue, draft: MessageDraft): void {
    checkDraft(draft, settings.messageBytesMax);
  }

  /**
   * Sends messages: all or none. Durable when it resolves.
   * @throws {ApiError} InvalidParameterValue, InvalidMessageContents, QueueDoesNotExist
   */
  async send(queue: Queue, drafts: readonly MessageDraft[]): Promise<SentMessage[]> {
    for (const draft of drafts) this.check(queue, draft);
    if (drafts.length === 0) return [];
    const messages = drafts.map(({ body, delaySeconds = queue.settings.delaySeconds, ...facts }) => ({
      messageId: this.#ids.uuid(),
      body,
      facts: withoutUndefined({
        senderId: facts.senderId,
        attributes: facts.attributes,
        traceHeader: facts.traceHeader,
        groupId: facts.groupId,
      }),
      delayMs: delaySeconds * 1000,
    }));
    await this.#insert(queue, messages);
    this.#pollers.wake(queue.generation);
    return messages.map(({ messageId, body }, at) => ({
      messageId,
      md5OfBody: md5OfBody(body),
      md5OfAttributes: md5OfAttributes(drafts[at]?.attributes ?? {}),
    }));
  }

  /** A purge gives the queue a new content; what is sent while it happens goes there. */
  async #insert(queue: Queue, messages: Parameters<MessageStore['insert']>[1]): Promise<void> {
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const present = this.find(queue, queue.name);
      if (present?.generation !== queue.generation) throw queueDoesNotExist();
      if (await this.#store.insert(present, messages)) return;
    }
    throw new OperationalError(
      'queue-busy',
      `the queue ${queue.arn} was purged again and again while messages were sent`,
      'Send them again.',
    );
  }

  /**
   * Receives messages and hides them; waits for the first if asked to.
   * @throws {ApiError} OverLimit when too many are in flight (only without waiting), QueueDoesNotExist
   */
  async receive(queue: Queue, request: ReceiveRequest): Promise<ReceivedMessage[]> {
    const take = (): Promise<ReceivedMessage[]> => this.#take(queue, request);
    if (request.waitSeconds === 0 && (await this.#roomInFlight(queue)) === 0) {
      throw new ApiError('OverLimit', `Too many messages are in flight: at most ${this.#inFlightMax} may be.`);
    }
    const found = await take();
    if (found.length > 0 || request.waitSeconds === 0) return found;
    return this.#pollers.wait(queue.generation, {
      waitMs: request.waitSeconds * 1000,
      take,
      nextVisibleMs: async () => {
        const present = this.#registry.find(queue, queue.name);
        return present && this.#store.nextVisibleMs(present);
      },
      release: async (messages) => {
        const receipts = messages.map(({ receiptHandle }) => readHandle(queue.generation, receiptHandle));
        await this.#store.release(queue, receipts);
        this.#pollers.wake(queue.generation);
      },
      signal: request.signal,
    });
  }

  async #take(queue: Queue, { messagesMax, visibilitySeconds }: ReceiveRequest): Promise<ReceivedMessage[]> {
    for (;;) {
      const present = this.#registry.find(queue, queue.name);
      if (present?.generation !== queue.generation) throw queueDoesNotExist();
      const room = await this.#roomInFlight(present);
      if (room === 0) return [];
      const deadLetters = this.#deadLettersOf(present);
      const wanted = Math.min(messagesMax, room);
      const { messages, moved } = await this.#store.take(present, wanted, visibilitySeconds * 1000, deadLetters);
      const known = this.#inFlightAtMost.get(queue.generation);
      if (known !== undefined) this.#inFlightAtMost.set(queue.generation, known + messages.length);
      if (moved > 0 && deadLetters) this.#pollers.wake(deadLetters.queue.generation);
      // Those that were moved stood before others.
      if (messages.length > 0 || moved === 0) return messages;
    }
  }

  /** How many more may be received; they are counted only when it could be none. */
  async #roomInFlight(queue: Queue): Promise<number> {
    let count = this.#inFlightAtMost.get(queue.generation);
    if (count === undefined || count >= this.#inFlightMax) {
      count = await this.#store.inFlight(queue, this.#inFlightMax);
      this.#inFlightAtMost.set(queue.generation, count);
    }
    return Math.max(0, this.#inFlightMax - count);
  }

  /**
   * Deletes received messages, each by its newest handle; older ones do nothing.
   * @throws {ApiError} ReceiptHandleIsInvalid
   */
  async deleteMessages(queue: Queue, handles: readonly string[]): Promise<void> {
    const receipts = handles.map((handle) => readHandle(queue.generation, handle));
    await this.#store.remove(queue, receipts);
  }

  /** @throws {ApiError} ReceiptHandleIsInvalid, InvalidParameterValue */
  async changeVisibility(queue: Queue, handle: string, visibilitySeconds: number): Promise<void> {
    const change = await this.#store.changeVisibility(
      queue,
      readHandle(queue.generation, handle),
      visibilitySeconds * 1000,
    );
    if (change === 'not-there') {
      throw invalidValue(
        handle,
        'ReceiptHandle',
        'Message does not exist or is not available for visibility timeout change.',
      );
    }
    if (change === 'too-long') {
      throw invalidValue(
        visibilitySeconds,
        'VisibilityTimeout',
        'Total VisibilityTimeout for the message is beyond the limit [43200 seconds]',
      );
    }
    this.#pollers.wake(queue.generation);
  }

  /** What the queue's policy says of somebody who is not a caller of the account, such as a service. */
  allows(queue: Queue, { principal, action, context }: QueueAccess): boolean {
    const policies: readonly PolicyDocument[] = queue.policy ? [queue.policy] : [];
    return (
      evaluate({ policies, action, resource: queue.arn, principal, ...(context && { context }) }).decision === 'allow'
    );
  }

  #deadLettersOf({ settings }: Queue): DeadLetters | undefined {
    const { redrivePolicy } = settings;
    const target = redrivePolicy && this.byArn(redrivePolicy.deadLetterTargetArn);
    return target && { queue: target, receivesMax: redrivePolicy.maxReceiveCount };
  }

  /** (SQS Developer Guide, "Dead-letter queues": same account, same Region, and allowed by the target.) */
  #checkRedrive(scope: QueueScope, name: string, { redrivePolicy }: QueueSettings): void {
    if (!redrivePolicy) return;
    const { deadLetterTargetArn } = redrivePolicy;
    const parsed = parseQueueArn(deadLetterTargetArn);
    const target = this.byArn(deadLetterTargetArn);
    const wrong = (reason: string): Error => invalidValue(JSON.stringify(redrivePolicy), 'RedrivePolicy', reason);
    if (parsed?.accountId !== scope.accountId || parsed.region !== scope.region) {
      throw wrong('Dead letter target must be in the same account and Region.');
    }
    if (!target) throw wrong('Dead letter target does not exist.');
    const source = `arn:aws:sqs:${scope.region}:${scope.accountId}:${name}`;
    const allow = target.settings.redriveAllowPolicy;
    const isAllowed =
      allow === undefined ||
      allow.redrivePermission === 'allowAll' ||
      (allow.redrivePermission === 'byQueue' && allow.sourceQueueArns?.includes(source) === true);
    if (!isAllowed) throw invalidAttribute('RedrivePolicy', 'The dead-letter queue does not allow this source queue.');
  }
}

function withoutUndefined<T extends object>(values: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never;
}
