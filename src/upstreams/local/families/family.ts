import type { Generation, ModelRequest } from '../generation.ts';
import type { JsonObject } from '../json.ts';

/** How one model family writes its bodies (bedrock-invocation-log.md §3). All siblings of this file give one. */
export interface Family {
  readonly name: string;
  /** Whether a model's id (no profile's, no ARN) is of this family. */
  matches(modelId: string): boolean;
  /** @throws {ApiError} ValidationException in Bedrock's words when the body is not the family's */
  parseRequest(body: JsonObject, modelId: string): ModelRequest;
  renderWhole(generation: Generation): JsonObject;
  /** Absent: the family does not stream. Bedrock's metrics are added to the last chunk by the caller. */
  readonly renderChunks?: (generation: Generation) => Iterable<JsonObject>;
  /** Whether Converse takes it. */
  readonly converses: boolean;
  /** Which token counts the response headers have; default both. */
  readonly counts?: 'both' | 'input' | 'none';
  /** Cache counts stand in headers and metrics even where a call says nothing of caching. */
  readonly alwaysCacheCounts?: boolean;
  /** Nova's streams count in `metadata.usage` alone, since 2026 (captures S5, S6). */
  readonly zeroStreamMetrics?: boolean;
}
