export type { RoomEvent, TelemetryEvent } from './events.ts';
export { createLogger, type Logger } from './logger.ts';
export { describeError, type Emit, Telemetry } from './telemetry.ts';
