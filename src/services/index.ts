export { createLogsService, type LogsDependencies } from './logs/index.ts';
export { RawAnswer } from './raw-answer.ts';
export * from './service.ts';
