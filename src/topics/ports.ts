/** Queues as subscribers: the queues' room fills it. */

export interface QueueMessage {
  readonly body: string;
  /** For raw deliveries; binary values are base64. */
  readonly attributes: Readonly<
    Record<string, { readonly dataType: string; readonly text?: string; readonly base64?: string }>
  >;
}

/** Why a queue got nothing: it is not there, its policy does not let the topic in, or it takes no such message. */
export type QueueRefusal = 'gone' | 'denied' | 'unfit';

export interface QueueSink {
  /** Whose queue it is; undefined when the ARN is no queue's. Whether it is there is not told. */
  ownerOf(queueArn: string): string | undefined;
  /**
   * Puts a message in the name of `sns.amazonaws.com`, if the queue's policy allows it with the topic as
   * `aws:SourceArn`. Durable when it resolves with undefined.
   */
  put(
    queueArn: string,
    message: QueueMessage,
    source: { readonly topicArn: string; readonly accountId: string },
  ): Promise<QueueRefusal | undefined>;
}
