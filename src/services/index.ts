export { RawAnswer } from './raw-answer.ts';
export * from './service.ts';
