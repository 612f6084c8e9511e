/** The queries that are measured. */
import { INGESTION_GROUP, INVOCATIONS_GROUP } from './fill.ts';
import { documentUriOf, END_MS, requestIdOf, START_MS } from './records.ts';
import { COMMON_WORD, OTHER_SCRIPT_WORD, RARE_WORD } from './vocabulary.ts';

export interface Case {
  readonly name: string;
  readonly text: string;
  readonly group: { readonly generation: string; readonly name: string };
  readonly startMs: number;
  readonly endMs: number;
  /** What a search over the objects' lines finds as many of; see rivals.ts. */
  readonly grep?: { readonly pattern: string; readonly fixed: boolean };
  /** The same over a table `records` of DuckDB, whose column `line` is JSON. */
  readonly duckdb?: string;
  /** The aim of warm runs, ms. */
  readonly aimMs: number;
}

const DAY_MS = 86_400_000;
const WHOLE = { startMs: START_MS, endMs: END_MS };
const LAST_DAY = { startMs: END_MS + 1 - DAY_MS, endMs: END_MS };

export function casesFor(records: number): Case[] {
  const middle = requestIdOf(Math.floor(records / 2));
  const invocations = (name: string, text: string, more: Partial<Case> = {}): Case => ({
    name,
    text,
    group: INVOCATIONS_GROUP,
    ...WHOLE,
    aimMs: 100,
    ...more,
  });
  const ingestion = (name: string, text: string): Case => ({
    name,
    text,
    group: INGESTION_GROUP,
    ...WHOLE,
    aimMs: 100,
  });
  const perModel = 'stats count(*) as calls by modelId, bin(5m)';
  const matched = (word: string): Partial<Case> => ({
    grep: { pattern: word, fixed: true },
    duckdb: `SELECT count(*) FROM records WHERE contains(line, '${word}')`,
  });
  return [
    ingestion(
      'knowledge base: one document',
      `filter event.document_location.s3_location.uri = "${documentUriOf(Math.floor(records / 10))}"`,
    ),
    ...['RESOURCE_IGNORED', 'EMBEDDING_FAILED', 'INDEXING_FAILED', 'DELETION_FAILED'].map((status) =>
      ingestion(`knowledge base: ${status}`, `filter event.status = "${status}"`),
    ),
    ingestion('knowledge base: errors, warnings', 'filter level = "ERROR" or level = "WARN"'),
    invocations('calls by model, 5 min, 1 day', perModel, LAST_DAY),
    invocations('calls by model, 5 min, 7 days', perModel, {
      aimMs: 250,
      duckdb: `SELECT json_extract_string(line, '$.modelId') AS model, time_bucket(INTERVAL 5 MINUTE, json_extract_string(line, '$.timestamp')::TIMESTAMP) AS bin, count(*) FROM records GROUP BY ALL ORDER BY ALL LIMIT 10000`,
    }),
    invocations('p99 of tokens by caller', 'stats pct(input.inputTokenCount, 99) as p99 by identity.arn', {
      duckdb: `SELECT json_extract_string(line, '$.identity.arn') AS caller, quantile_cont((line->>'$.input.inputTokenCount')::DOUBLE, 0.99) FROM records GROUP BY ALL ORDER BY ALL LIMIT 10000`,
    }),
    invocations('latest 100 rows', 'fields @timestamp, @message | sort @timestamp desc | limit 100', {
      duckdb: `SELECT line FROM records ORDER BY json_extract_string(line, '$.timestamp') DESC LIMIT 100`,
    }),
    invocations('lookup by requestId', `fields @timestamp, @message | filter requestId = "${middle}"`, {
      grep: { pattern: `"requestId":"${middle}"`, fixed: true },
      duckdb: `SELECT line FROM records WHERE json_extract_string(line, '$.requestId') = '${middle}'`,
    }),
    invocations('rare word, regex', `filter @message like /${RARE_WORD}/ | stats count(*)`, {
      ...matched(RARE_WORD),
      grep: { pattern: RARE_WORD, fixed: false },
    }),
    invocations('rare word, text, rows', `filter @message like "${RARE_WORD}" | limit 100`, matched(RARE_WORD)),
    invocations('rare word, any case', `filter @message like /(?i)${RARE_WORD}/ | limit 100`),
    invocations(
      'rare word of another script',
      `filter @message like /${OTHER_SCRIPT_WORD}/ | stats count(*)`,
      matched(OTHER_SCRIPT_WORD),
    ),
    invocations(
      'common word, regex, count',
      `filter @message like /${COMMON_WORD}/ | stats count(*)`,
      matched(COMMON_WORD),
    ),
    invocations('common word, text, latest 100', `filter @message like "${COMMON_WORD}" | limit 100`),
    invocations(
      'scalar path: average latency by model',
      'stats avg(output.outputBodyJson.metrics.latencyMs) as latency by modelId',
      {
        duckdb: `SELECT json_extract_string(line, '$.modelId') AS model, avg((line->>'$.output.outputBodyJson.metrics.latencyMs')::DOUBLE) FROM records GROUP BY ALL ORDER BY ALL`,
      },
    ),
    invocations(
      'scalar path: filter by temperature',
      'filter input.inputBodyJson.inferenceConfig.temperature > 0.8 | stats count(*) by requestMetadata.team',
    ),
    invocations(
      'raw path: tokens of stream chunks',
      'stats sum(output.outputBodyJson.0.message.usage.input_tokens) as tokens by requestMetadata.team',
      {
        aimMs: 4_000,
        duckdb: `SELECT json_extract_string(line, '$.requestMetadata.team') AS team, sum((line->>'$.output.outputBodyJson[0].message.usage.input_tokens')::DOUBLE) FROM records GROUP BY ALL ORDER BY ALL`,
      },
    ),
    invocations(
      'raw path: word in a prompt',
      `filter input.inputBodyJson.messages.0.content.0.text like /${COMMON_WORD}/ | stats count(*)`,
      { aimMs: 4_000 },
    ),
  ];
}
