export { shownEndpoint } from './endpoints.ts';
export {
  authorizationError as snsAuthorizationError,
  invalidParameter as invalidTopicParameter,
  subscriptionNotFound,
  topicNotFound,
} from './errors.ts';
export { messageBytes, readMessageStructure } from './messages.ts';
export { parseSubscriptionArn, parseTopicArn, topicArn } from './names.ts';
export type * from './ports.ts';
export { subscriptionAttributeTexts } from './subscription-attributes.ts';
export { defaultPolicy as defaultTopicPolicy } from './topic-attributes.ts';
export {
  type NewSubscription,
  type ServicePermission,
  Topics,
  type TopicsOptions,
  type UndeliveredEvent,
} from './topics.ts';
export type * from './types.ts';
