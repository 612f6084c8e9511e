export { createBedrockService } from './bedrock/index.ts';
export { createBedrockRuntimeService } from './bedrock-runtime/index.ts';
export { createIamService } from './iam/index.ts';
export { createLogsService, type LogsDependencies } from './logs/index.ts';
export { RawAnswer } from './raw-answer.ts';
export { createS3Service } from './s3/index.ts';
export * from './service.ts';
export { createStsService } from './sts/index.ts';
