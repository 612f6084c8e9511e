/** The generated schemas, read from disk when a service is first asked for. No SDK client is loaded. */
import { readFileSync } from 'node:fs';
import { type ServiceFile, ServiceSchema } from './schema.ts';
import type { ServiceName } from './types.ts';

export const SERVICE_NAMES = [
  'bedrock',
  'bedrock-runtime',
  'bedrock-agent',
  'bedrock-agent-runtime',
  's3',
  'logs',
  'iam',
  'sts',
  'cloudtrail',
  'sns',
  'sqs',
] as const satisfies ServiceName[];

const LOADED = new Map<ServiceName, ServiceSchema>();

/** The schema of a service; the first call reads some 100 KB of JSON, shapes are resolved as they are used. */
export function loadService(name: ServiceName): ServiceSchema {
  let service = LOADED.get(name);
  if (!service) {
    const text = readFileSync(new URL(`./generated/${name}.json`, import.meta.url), 'utf8');
    service = new ServiceSchema(JSON.parse(text) as ServiceFile);
    LOADED.set(name, service);
  }
  return service;
}
