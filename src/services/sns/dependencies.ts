import type { Topics } from '#topics';

export interface SnsDependencies {
  readonly topics: Topics;
}
