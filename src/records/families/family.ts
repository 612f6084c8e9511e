import type { JsonObject } from '../json/parse.ts';

/** How a model family writes its bodies, as far as the store's texts need it (bedrock-invocation-log.md §3). */
export interface Family {
  /** Parts of model ids that mean this family, such as `anthropic.`. */
  readonly idParts: readonly string[];
  /** The last thing that the user said. */
  readonly prompt: (request: JsonObject) => string;
  /** What the model wrote. */
  readonly completion: (response: JsonObject) => string;
  /** What one chunk of a stream adds to the completion. */
  readonly delta: (chunk: JsonObject) => string;
  /** Why the model stopped, from a whole response or from a chunk. */
  readonly stopReason: (body: JsonObject) => string;
}
