/** Topics and queues, joined: topics put into queues in the name of `sns.amazonaws.com`. */
import type { Clock, IdSource } from '#base';
import { serviceContext } from '#identity';
import { parseQueueArn, Queues } from '#queues';
import type { State } from '#state';
import type { Emit, Telemetry } from '#telemetry';
import { type QueueSink, Topics } from '#topics';
import { ApiError } from '#wire';

const SNS_PRINCIPAL = 'sns.amazonaws.com';
/** Who sent it, as receivers see it: AWS shows an id of SNS's own role. */
const SNS_SENDER = 'SNS';

export interface Messaging {
  readonly queues: Queues;
  readonly topics: Topics;
}

export interface MessagingParts {
  readonly state: State;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly emit: Emit;
}

/** Opens both rooms; they begin with their work at `start`. */
export async function openMessaging({ state, clock, ids, emit }: MessagingParts): Promise<Messaging> {
  const queues = await Queues.open({
    state,
    clock,
    ids,
    onSweepFailure: (error) => emit({ name: 'queues.sweep-failed', level: 'warn', error }),
  });
  const topics = await Topics.open({
    state,
    clock,
    ids,
    queues: queueSink(queues),
    onUndelivered: (event) => emit({ name: 'topics.undelivered', level: 'warn', ...event }),
    onFailure: (error) => emit({ name: 'topics.deliveries-failed', level: 'warn', error }),
  });
  return { queues, topics };
}

export function queueSink(queues: Queues): QueueSink {
  return {
    ownerOf: (arn) => parseQueueArn(arn)?.accountId,
    put: async (queueArn, { body, attributes }, { topicArn, accountId }) => {
      const queue = queues.byArn(queueArn);
      if (!queue) return 'gone';
      const allowed = queues.allows(queue, {
        principal: { type: 'Service', name: SNS_PRINCIPAL },
        action: 'sqs:SendMessage',
        context: { ...serviceContext(accountId, topicArn), 'aws:SecureTransport': 'true' },
      });
      if (!allowed) return 'denied';
      try {
        await queues.send(queue, [{ body, attributes, senderId: SNS_SENDER }]);
        return undefined;
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        return error.code === 'QueueDoesNotExist' ? 'gone' : 'unfit';
      }
    },
  };
}

/** What topics did: counted since the start. */
export function registerMessagingGauges(telemetry: Telemetry, { topics }: Messaging): void {
  telemetry.gauge(
    'varve_topic_deliveries_total',
    "Messages for subscribers of topics since the start: delivered, refused by a queue's policy, failed, or kept in a dead-letter queue.",
    ['protocol', 'outcome'],
    () =>
      [...topics.counts].map(([key, value]) => {
        const [protocol = '', outcome = ''] = key.split('/');
        return { labels: { protocol, outcome }, value };
      }),
  );
  telemetry.gauge(
    'varve_topic_deliveries_waiting',
    'Messages that HTTP(S) subscribers of topics have not got yet.',
    [],
    () => [{ labels: {}, value: topics.waiting }],
  );
}
