import type { EvaluationRequest, PolicyDocument } from '#identity';

/** Whose queue, and where. */
export interface QueueScope {
  /** 12 digits. */
  readonly accountId: string;
  readonly region: string;
}

/** Where messages go that were received too often. */
export interface RedrivePolicy {
  readonly deadLetterTargetArn: string;
  /** 1–1,000 */
  readonly maxReceiveCount: number;
}

/** Which queues may name this one as their dead-letter queue. */
export interface RedriveAllowPolicy {
  readonly redrivePermission: 'allowAll' | 'denyAll' | 'byQueue';
  readonly sourceQueueArns?: readonly string[];
}

/** What users can set of a queue. (SQS API reference, SetQueueAttributes.) */
export interface QueueSettings {
  /** 0–900 */
  readonly delaySeconds: number;
  /** 1,024–1,048,576 */
  readonly messageBytesMax: number;
  /** 60–1,209,600 */
  readonly retentionSeconds: number;
  /** 0–20 */
  readonly receiveWaitSeconds: number;
  /** 0–43,200 */
  readonly visibilitySeconds: number;
  /** Kept and told; nothing is encrypted with it. */
  readonly managedEncryption: boolean;
  /** The policy's JSON text as it was put. */
  readonly policy?: string;
  readonly redrivePolicy?: RedrivePolicy;
  readonly redriveAllowPolicy?: RedriveAllowPolicy;
}

export interface Queue extends QueueScope {
  readonly name: string;
  readonly arn: string;
  /** A queue that is deleted and made again has another. */
  readonly generation: string;
  /** What the queue's messages are kept under; a purge gives the queue a new one. */
  readonly content: string;
  readonly createdMs: number;
  readonly modifiedMs: number;
  readonly settings: QueueSettings;
  /** `settings.policy`, parsed. */
  readonly policy: PolicyDocument | undefined;
  readonly tags: Readonly<Record<string, string>>;
}

/** One attribute of a message. Binary values are base64 here. */
export interface MessageAttribute {
  /** `String`, `Number` or `Binary`, or one of these with a label behind a dot. */
  readonly dataType: string;
  readonly text?: string;
  readonly base64?: string;
}

/** A message as it is sent. */
export interface MessageDraft {
  readonly body: string;
  readonly attributes?: Readonly<Record<string, MessageAttribute>>;
  /** 0–900; default the queue's. */
  readonly delaySeconds?: number;
  /** Who sent it: the id of the principal, or a service's name. */
  readonly senderId: string;
  /** X-Ray's header, handed on. */
  readonly traceHeader?: string;
  /** A label on messages of fair queues, handed on. */
  readonly groupId?: string;
}

export interface SentMessage {
  readonly messageId: string;
  readonly md5OfBody: string;
  /** Undefined when it has no attributes. */
  readonly md5OfAttributes: string | undefined;
}

export interface ReceivedMessage {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, MessageAttribute>>;
  readonly senderId: string;
  readonly traceHeader: string | undefined;
  readonly groupId: string | undefined;
  readonly sentMs: number;
  readonly firstReceivedMs: number;
  /** By all queues that it went through. */
  readonly receiveCount: number;
  /** The queue that gave it up, for messages of dead-letter queues. */
  readonly deadLetterSourceArn: string | undefined;
}

export interface ReceiveRequest {
  /** 1–10 */
  readonly messagesMax: number;
  /** How long nobody else gets them. 0–43,200 */
  readonly visibilitySeconds: number;
  /** How long to wait for the first. 0–20 */
  readonly waitSeconds: number;
  /** Aborts when the receiver is gone. */
  readonly signal?: AbortSignal;
}

export interface MessageCounts {
  readonly visible: number;
  /** Received, and neither deleted nor visible again. */
  readonly inFlight: number;
  readonly delayed: number;
}

/** Who asks for what, for the queue's policy. */
export type QueueAccess = Pick<EvaluationRequest, 'principal' | 'action' | 'context'>;
