import type { LoggingConfigurations } from '#invocation';
import type { ModelCatalogue } from '#upstreams';

export interface BedrockDependencies {
  readonly logging: Pick<LoggingConfigurations, 'get' | 'put' | 'delete'>;
  readonly catalogue: ModelCatalogue;
}
