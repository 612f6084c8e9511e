export { type InvocationAnswer, type InvocationRequest, Invocations, type InvocationsOptions } from './invocations.ts';
export { type DestinationRegistry, type LoggingConfig, LoggingConfigurations } from './logging/configurations.ts';
export type { BucketFacts, Configurer, LoggingPorts, PolicyDecision, ServiceRequest } from './logging/permissions.ts';
export { Recorder, type RecorderOptions } from './recorder.ts';
export { INTERRUPTED_CODE, recoverInterrupted, startCheckpoints } from './recovery.ts';
