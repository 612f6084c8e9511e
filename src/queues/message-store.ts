/**
 * The messages of all queues, in the control state. Every change is one transaction: a send is durable when it resolves, and
 * since SQLite runs one transaction after the other, no two receives get the same message while it is hidden.
 */
import type { Clock } from '#base';
import type { SqlRow, SqlStatement, State } from '#state';
import { type Receipt, writeHandle } from './receipt-handles.ts';
import type { MessageAttribute, MessageCounts, Queue, ReceivedMessage } from './types.ts';

/** Messages that one receive looks at to move those that were received too often. */
const MOVED_AT_ONCE = 20;
/** Rows that the sweeper removes in one transaction, so that nobody waits long for it. */
export const SWEPT_AT_ONCE = 500;
/** A message is hidden for twelve hours from its receive at most. */
const HIDDEN_MS_MAX = 43_200_000;

/** What is told of a message and never looked for. */
export interface MessageFacts {
  readonly senderId: string;
  readonly attributes?: Readonly<Record<string, MessageAttribute>>;
  readonly traceHeader?: string;
  readonly groupId?: string;
}

export interface NewMessage {
  readonly messageId: string;
  readonly body: string;
  readonly facts: MessageFacts;
  readonly delayMs: number;
}

/** Where messages go that were received too often. */
export interface DeadLetters {
  readonly queue: Queue;
  readonly receivesMax: number;
}

export interface Taken {
  readonly messages: ReceivedMessage[];
  /** How many went to the dead-letter queue instead. */
  readonly moved: number;
}

export type VisibilityChange = 'changed' | 'not-there' | 'too-long';

export class MessageStore {
  readonly #state: State;
  readonly #clock: Clock;

  constructor(state: State, clock: Clock) {
    this.#state = state;
    this.#clock = clock;
  }

  /** All or none; false when the queue was deleted or purged meanwhile. */
  async insert(queue: Queue, messages: readonly NewMessage[]): Promise<boolean> {
    const nowMs = this.#clock.nowMs();
    const results = await this.#state.transaction(
      messages.map(({ messageId, body, facts, delayMs }) => ({
        sql: `INSERT INTO queues_message (content, message_id, body, facts, sent_ms, visible_ms)
          SELECT content, ?, ?, ?, ?, ? FROM queues_queue WHERE content = ? RETURNING seq`,
        parameters: [messageId, body, JSON.stringify(facts), nowMs, nowMs + delayMs, queue.content],
      })),
    );
    return results.every((rows) => rows.length > 0);
  }

  /** Up to `messagesMax` messages, oldest first, hidden from everybody else for `visibilityMs`. */
  async take(
    queue: Queue,
    messagesMax: number,
    visibilityMs: number,
    deadLetters: DeadLetters | undefined,
  ): Promise<Taken> {
    const nowMs = this.#clock.nowMs();
    const receivesMax = deadLetters?.receivesMax ?? Number.MAX_SAFE_INTEGER;
    const oldestMs = oldestOf(queue, nowMs);
    const statements: SqlStatement[] = deadLetters ? [moveStatement(queue, deadLetters, nowMs, oldestMs)] : [];
    statements.push({
      sql: `UPDATE queues_message SET visible_ms = ?, receipt = lower(hex(randomblob(16))), received_ms = ?,
          first_received_ms = coalesce(first_received_ms, ?), receive_count = receive_count + 1,
          queue_receive_count = queue_receive_count + 1
        WHERE seq IN (SELECT seq FROM queues_message WHERE content = ? AND visible_ms <= ? AND sent_ms > ?
          AND queue_receive_count < ? ORDER BY visible_ms, sent_ms, seq LIMIT ?)
        RETURNING *`,
      parameters: [nowMs + visibilityMs, nowMs, nowMs, queue.content, nowMs, oldestMs, receivesMax, messagesMax],
    });
    const results = await this.#state.transaction(statements);
    const rows = (results.at(-1) ?? []).toSorted((a, b) => Number(a['seq']) - Number(b['seq']));
    return { messages: rows.map((row) => messageOf(queue, row)), moved: deadLetters ? (results[0]?.length ?? 0) : 0 };
  }

  /** Gives back what nobody is there to get any more. */
  async release(queue: Queue, receipts: readonly Receipt[]): Promise<void> {
    await this.#state.transaction(
      receipts.map((receipt) => ({
        sql: `UPDATE queues_message SET visible_ms = ? WHERE ${BY_RECEIPT}`,
        parameters: [this.#clock.nowMs(), ...keyOf(queue, receipt)],
      })),
    );
  }

  /** Those that are gone already, and those that were received again since, stay as they are. */
  async remove(queue: Queue, receipts: readonly Receipt[]): Promise<void> {
    await this.#state.transaction(
      receipts.map((receipt) => ({
        sql: `DELETE FROM queues_message WHERE ${BY_RECEIPT}`,
        parameters: keyOf(queue, receipt),
      })),
    );
  }

  async changeVisibility(queue: Queue, receipt: Receipt, visibilityMs: number): Promise<VisibilityChange> {
    const nowMs = this.#clock.nowMs();
    const visibleMs = nowMs + visibilityMs;
    const [found = [], changed = []] = await this.#state.transaction([
      {
        sql: `SELECT seq FROM queues_message WHERE ${BY_RECEIPT} AND visible_ms > ?`,
        parameters: [...keyOf(queue, receipt), nowMs],
      },
      {
        sql: `UPDATE queues_message SET visible_ms = ? WHERE ${BY_RECEIPT} AND visible_ms > ?
          AND received_ms >= ? RETURNING seq`,
        parameters: [visibleMs, ...keyOf(queue, receipt), nowMs, visibleMs - HIDDEN_MS_MAX],
      },
    ]);
    if (changed.length > 0) return 'changed';
    return found.length > 0 ? 'too-long' : 'not-there';
  }

  async counts(queue: Queue): Promise<MessageCounts> {
    const nowMs = this.#clock.nowMs();
    const oldestMs = oldestOf(queue, nowMs);
    const count = (condition: string): SqlStatement => ({
      sql: `SELECT count(*) AS count FROM queues_message WHERE content = ? AND ${condition} AND sent_ms > ?`,
      parameters: [queue.content, nowMs, oldestMs],
    });
    const results = await this.#state.transaction([
      count('visible_ms <= ?'),
      count('visible_ms > ? AND receipt IS NOT NULL'),
      count('visible_ms > ? AND receipt IS NULL'),
    ]);
    const [visible = 0, inFlight = 0, delayed = 0] = results.map(([row]) => Number(row?.['count'] ?? 0));
    return { visible, inFlight, delayed };
  }

  /** At most `countMax`: nobody needs to know more. */
  async inFlight(queue: Queue, countMax: number): Promise<number> {
    const [row] = await this.#state.all(
      `SELECT count(*) AS count FROM (SELECT 1 FROM queues_message
        WHERE content = ? AND visible_ms > ? AND receipt IS NOT NULL LIMIT ?)`,
      [queue.content, this.#clock.nowMs(), countMax],
    );
    return Number(row?.['count'] ?? 0);
  }

  /** When the next message that is hidden now can be received; undefined when none is. */
  async nextVisibleMs(queue: Queue): Promise<number | undefined> {
    const [row] = await this.#state.all(
      'SELECT visible_ms FROM queues_message WHERE content = ? AND sent_ms > ? ORDER BY visible_ms LIMIT 1',
      [queue.content, oldestOf(queue, this.#clock.nowMs())],
    );
    return row && Number(row['visible_ms']);
  }

  /** Removes some of what has expired; true when there may be more. */
  async sweepExpired(queue: Queue): Promise<boolean> {
    const rows = await this.#state.all(
      `DELETE FROM queues_message WHERE seq IN
        (SELECT seq FROM queues_message WHERE content = ? AND sent_ms <= ? LIMIT ?) RETURNING seq`,
      [queue.content, oldestOf(queue, this.#clock.nowMs()), SWEPT_AT_ONCE],
    );
    return rows.length === SWEPT_AT_ONCE;
  }

  /** Removes some of what deleted and purged queues left; true when there may be more. */
  async sweepRemoved(): Promise<boolean> {
    const [removed] = await this.#state.all('SELECT content FROM queues_removed LIMIT 1');
    if (!removed) return false;
    const content = String(removed['content']);
    await this.#state.transaction([
      {
        sql: `DELETE FROM queues_message WHERE seq IN
          (SELECT seq FROM queues_message WHERE content = ? LIMIT ?)`,
        parameters: [content, SWEPT_AT_ONCE],
      },
      {
        sql: `DELETE FROM queues_removed WHERE content = ?
          AND NOT EXISTS (SELECT 1 FROM queues_message WHERE content = ?)`,
        parameters: [content, content],
      },
    ]);
    return true;
  }
}

/** Messages that were sent then or before have expired. */
function oldestOf({ settings }: Queue, nowMs: number): number {
  return nowMs - settings.retentionSeconds * 1000;
}

const BY_RECEIPT = 'seq = ? AND receipt = ? AND content = ?';

/** What is purged, moved or received again since is not found. */
function keyOf({ content }: Queue, { seq, receipt }: Receipt): [number, string, string] {
  return [seq, receipt, content];
}

/** A dead-letter queue that is deleted at this very moment gets nothing. */
function moveStatement(queue: Queue, deadLetters: DeadLetters, nowMs: number, oldestMs: number): SqlStatement {
  return {
    sql: `UPDATE queues_message SET content = ?, visible_ms = ?, receipt = NULL, queue_receive_count = 0, source_arn = ?
      WHERE seq IN (SELECT seq FROM (SELECT seq, queue_receive_count AS received FROM queues_message
          WHERE content = ? AND visible_ms <= ? AND sent_ms > ? ORDER BY visible_ms, sent_ms, seq LIMIT ?)
        WHERE received >= ?)
      AND EXISTS (SELECT 1 FROM queues_queue WHERE content = ?) RETURNING seq`,
    parameters: [
      deadLetters.queue.content,
      nowMs,
      queue.arn,
      queue.content,
      nowMs,
      oldestMs,
      MOVED_AT_ONCE,
      deadLetters.receivesMax,
      deadLetters.queue.content,
    ],
  };
}

function messageOf({ generation }: Queue, row: SqlRow): ReceivedMessage {
  const facts = JSON.parse(String(row['facts'])) as MessageFacts;
  const receipt = { generation, seq: Number(row['seq']), receipt: String(row['receipt']) };
  const source = row['source_arn'];
  return {
    messageId: String(row['message_id']),
    receiptHandle: writeHandle(receipt),
    body: String(row['body']),
    attributes: facts.attributes ?? {},
    senderId: facts.senderId,
    traceHeader: facts.traceHeader,
    groupId: facts.groupId,
    sentMs: Number(row['sent_ms']),
    firstReceivedMs: Number(row['first_received_ms']),
    receiveCount: Number(row['receive_count']),
    deadLetterSourceArn: source === null || source === undefined ? undefined : String(source),
  };
}
