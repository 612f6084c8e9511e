import { BodyPlacer, type PlacedBody } from './bodies.ts';
import type { RequestContent, ResponseContent } from './content.ts';
import { bodyRules, type Modalities } from './switches.ts';
import { completionOf, promptOf } from './texts.ts';
import type { InvocationEnd, InvocationFacts, TokenCounts } from './types.ts';

/** What is known of one call, its bodies, and what its model takes and gives. */
export interface InvocationContent {
  readonly facts: InvocationFacts;
  readonly request: RequestContent;
  readonly response: ResponseContent;
  readonly modalities: Modalities;
}

export type RenderedInvocation = Pick<InvocationEnd, 'line' | 'dataObjects' | 'prompt' | 'completion'>;

const NOTHING: RenderedInvocation = { line: Buffer.alloc(0), dataObjects: [], prompt: '', completion: '' };

/**
 * Renders a call as its ModelInvocationLog 1.0 record and the objects that belong to it.
 *
 * Keys stand in the order of 2026's captures: timestamp, accountId, region, requestId, operation, modelId, input,
 * output, identity[, requestMetadata][, errorCode][, inferenceRegion], schemaType, schemaVersion. Where requestMetadata
 * stands is not known (2025's records had it last); after identity it leaves input→output→identity together, which
 * readers that parse the line by pattern rely on.
 *
 * - Bodies are spliced in as they were sent, byte for byte; only raw newlines make them minified.
 * - A response of kind `none` leaves `input` and `output` out, as in AWS's error records. A stream that failed or was
 *   cancelled after its first byte keeps both, with what was delivered; an error code stands beside them.
 * - `inputTokenCount` is always there when the call succeeded (0 when nobody counted), else only when it is known; cache
 *   counts are there for streams whose input was counted, for others only when they were reported.
 * - Converse bodies should come as bytes, whatever their size, so that media can be taken out of them: a spilled body is
 *   handed on whole.
 * With logging off everything is empty.
 */
export function renderInvocation({ facts, request, response, modalities }: InvocationContent): RenderedInvocation {
  const { begin } = facts;
  if (!begin.logging) return NOTHING;
  const answered = response.kind !== 'none';
  const rules = bodyRules(begin.operation, begin.logging.switches, modalities);
  const placer = new BodyPlacer(begin.operation, begin.requestId, begin.logging.data, rules, modalities);
  const input = answered ? placer.input(request) : undefined;
  const output = answered ? placer.output(response) : undefined;
  const line = [head(facts)];
  if (input && output) {
    line.push(...side('input', request.contentType, input, inputCounts(facts)));
    line.push(...side('output', outputType(response), output, outputCounts(facts.tokens, rules.outputIsEmbedding)));
  }
  line.push(tail(facts));
  const withTexts = answered && rules.text;
  // A small Converse body without its media is parsed already, unlike the megabytes that were sent.
  const prompted = input?.inline ? { contentType: request.contentType, bytes: input.inline } : request;
  return {
    line: Buffer.concat(line.map((piece) => (typeof piece === 'string' ? Buffer.from(piece) : piece))),
    dataObjects: [...(input?.objects ?? []), ...(output?.objects ?? [])],
    prompt: withTexts ? promptOf(begin.operation, begin.modelId, prompted) : '',
    completion: withTexts ? completionOf(begin.operation, begin.modelId, response) : '',
  };
}

function head({ begin }: InvocationFacts): string | Buffer {
  const { accountId, region, requestId, operation, modelId } = begin;
  // Second precision, UTC, as in every captured record.
  const timestamp = `${new Date(begin.timestampMs).toISOString().slice(0, 19)}Z`;
  return JSON.stringify({ timestamp, accountId, region, requestId, operation, modelId }).slice(0, -1);
}

function side(name: 'input' | 'output', contentType: string, body: PlacedBody, counts: string): (string | Buffer)[] {
  const start = `,"${name}":{"${name}ContentType":${JSON.stringify(contentType)}`;
  if (body.inline) return [`${start},"${name}BodyJson":`, body.inline, `${counts}}`];
  const path = body.s3Path === undefined ? '' : `,"${name}BodyS3Path":${JSON.stringify(body.s3Path)}`;
  return [`${start}${path}${counts}}`];
}

function outputType(response: ResponseContent): string {
  return response.kind === 'whole' || response.kind === 'invoke-stream' ? response.contentType : 'application/json';
}

function inputCounts({ begin, outcome, tokens }: InvocationFacts): string {
  const streamed = begin.operation === 'InvokeModelWithResponseStream' || begin.operation === 'ConverseStream';
  const input = tokens.input ?? (outcome === 'ok' ? 0 : undefined);
  const absent = streamed && input !== undefined ? 0 : undefined;
  return (
    count('inputTokenCount', input) +
    count('cacheReadInputTokenCount', tokens.cacheRead ?? absent) +
    count('cacheWriteInputTokenCount', tokens.cacheWrite ?? absent)
  );
}

function outputCounts(tokens: TokenCounts, embedding: boolean): string {
  return embedding ? '' : count('outputTokenCount', tokens.output);
}

function count(name: string, value: number | undefined): string {
  return value === undefined ? '' : `,"${name}":${value}`;
}

function tail({ begin, errorCode, inferenceRegion }: InvocationFacts): string {
  const rest = JSON.stringify({
    identity: { arn: begin.identityArn },
    ...(begin.requestMetadata && { requestMetadata: begin.requestMetadata }),
    ...(errorCode !== undefined && { errorCode }),
    ...(inferenceRegion !== undefined && { inferenceRegion }),
    schemaType: 'ModelInvocationLog',
    schemaVersion: '1.0',
  });
  return `,${rest.slice(1)}`;
}
