export type { AttributeTexts } from './attributes.ts';
export { draftBytes } from './drafts.ts';
export {
  invalidParameter as invalidQueueParameter,
  invalidValue as invalidQueueValue,
  missingParameter as missingQueueParameter,
  queueDoesNotExist,
} from './errors.ts';
export { attributesBytes, md5OfAttributes, md5OfBody } from './message-attributes.ts';
export { checkName as checkQueueName, parseQueueArn, queueArn } from './names.ts';
export { IN_FLIGHT_MAX, Queues, type QueuesOptions, TAGS_MAX } from './queues.ts';
export type * from './types.ts';
