/**
 * Invocation records and knowledge-base events as Varve and AWS write them, made by ourselves: about 7 KB a record, in the
 * shapes of several models, with histories of turns, and with the chunks of streams. Deterministic.
 */
import { question, prose, Random } from './vocabulary.ts';

export const ACCOUNT = '123456789012';
export const REGION = 'us-east-1';
const DAY_MS = 86_400_000;
export const DAYS = 7;
/** 2026-11-14T00:00:00Z. */
export const START_MS = Date.parse('2026-11-14T00:00:00Z');
export const END_MS = START_MS + DAYS * DAY_MS - 1;
const APPLICATIONS = 60;
const SESSIONS = 2_000;

interface Model {
  readonly id: string;
  readonly shape: 'anthropic-stream' | 'anthropic' | 'converse' | 'nova-stream' | 'embedding' | 'llama';
  readonly share: number;
}
const MODELS: readonly Model[] = [
  { id: 'us.anthropic.claude-sonnet-4-5-20250929-v1:0', shape: 'anthropic-stream', share: 0.3 },
  { id: 'anthropic.claude-3-haiku-20240307-v1:0', shape: 'anthropic', share: 0.15 },
  { id: 'global.anthropic.claude-opus-4-5-20251101-v1:0', shape: 'converse', share: 0.15 },
  { id: 'us.anthropic.claude-3-5-haiku-20241022-v1:0', shape: 'converse', share: 0.1 },
  { id: 'amazon.nova-pro-v1:0', shape: 'converse', share: 0.1 },
  { id: 'amazon.nova-lite-v1:0', shape: 'nova-stream', share: 0.05 },
  { id: 'meta.llama3-3-70b-instruct-v1:0', shape: 'llama', share: 0.1 },
  { id: 'amazon.titan-embed-text-v2:0', shape: 'embedding', share: 0.05 },
];

export interface MadeEvent {
  readonly timestampMs: number;
  readonly message: string;
}

/** The time of event `index` of `total`: evenly over the days. */
function timeOf(index: number, total: number): number {
  return START_MS + Math.floor((index * DAYS * DAY_MS) / total);
}

export function requestIdOf(index: number): string {
  const random = new Random(index ^ 0x5bd1e995);
  return `${random.hex(8)}-${random.hex(4)}-4${random.hex(3)}-8${random.hex(3)}-${random.hex(12)}`;
}

/** Record `index` of `total`. */
export function invocationRecord(index: number, total: number): MadeEvent {
  const random = new Random(Math.imul(index, 2_654_435_761));
  const timestampMs = timeOf(index, total);
  const model = modelAt(random.next());
  const session = Math.floor(random.next() ** 2 * SESSIONS);
  const application = session % APPLICATIONS;
  const failed = random.next() < 0.02;
  const facts: CallFacts = {
    // Median about 5 KB of text, with a long tail: people paste documents.
    characters: Math.floor(1_200 * Math.exp(1.15 * gauss(random))) + 400,
    answerCharacters: 200 + random.below(2_400),
    inputTokens: 0,
    outputTokens: 0,
    latencyMs: 300 + Math.floor(2_500 * Math.exp(0.7 * gauss(random))),
  };
  const characters = Math.min(facts.characters, 90_000);
  const call: CallFacts = {
    ...facts,
    characters,
    inputTokens: Math.ceil(characters / 4.2),
    outputTokens: failed || model.shape === 'embedding' ? 0 : Math.ceil(facts.answerCharacters / 4.2),
  };
  const { operation, input, output } = bodiesOf(model, random, index, call);
  const record = {
    schemaType: 'ModelInvocationLog',
    schemaVersion: '1.0',
    timestamp: new Date(timestampMs).toISOString(),
    accountId: ACCOUNT,
    region: REGION,
    requestId: requestIdOf(index),
    operation,
    modelId: model.id,
    ...(failed ? { errorCode: random.next() < 0.8 ? 'ThrottlingException' : 'ValidationException' } : {}),
    input: {
      inputContentType: 'application/json',
      inputBodyJson: input,
      inputTokenCount: call.inputTokens,
      cacheReadInputTokenCount: random.next() < 0.3 ? random.below(4_000) : 0,
      cacheWriteInputTokenCount: 0,
    },
    ...(failed
      ? {}
      : {
          output: {
            outputContentType: 'application/json',
            outputBodyJson: output,
            outputTokenCount: call.outputTokens,
          },
        }),
    identity: { arn: `arn:aws:sts::${ACCOUNT}:assumed-role/app-${application}/session-${session}` },
    inferenceRegion: random.pick(['us-east-1', 'us-east-2', 'us-west-2']),
    requestMetadata: { team: `team-${application % 12}`, feature: random.pick(['search', 'chat', 'summary', 'agent']) },
  };
  return { timestampMs, message: JSON.stringify(record) };
}

interface CallFacts {
  readonly characters: number;
  readonly answerCharacters: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly latencyMs: number;
}

function modelAt(share: number): Model {
  let left = share;
  for (const model of MODELS) {
    left -= model.share;
    if (left < 0) return model;
  }
  return MODELS[0] as Model;
}

function gauss(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
}

interface Bodies {
  readonly operation: string;
  readonly input: unknown;
  readonly output: unknown;
}

function bodiesOf(model: Model, random: Random, index: number, call: CallFacts): Bodies {
  const asked = question(random, index, Math.max(100, call.characters >> 1));
  const answer = prose(random, call.answerCharacters);
  const metrics = {
    inputTokenCount: call.inputTokens,
    outputTokenCount: call.outputTokens,
    invocationLatency: call.latencyMs,
    firstByteLatency: call.latencyMs >> 2,
  };
  switch (model.shape) {
    case 'anthropic-stream':
      return {
        operation: 'InvokeModelWithResponseStream',
        input: anthropicInput(random, call, asked),
        output: [
          {
            type: 'message_start',
            message: {
              role: 'assistant',
              model: model.id,
              usage: { input_tokens: call.inputTokens, output_tokens: 1 },
            },
          },
          { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
          ...pieces(answer, random).map((text) => ({
            type: 'content_block_delta',
            index: 0,
            delta: { type: 'text_delta', text },
          })),
          { type: 'content_block_stop', index: 0 },
          { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: call.outputTokens } },
          { type: 'message_stop', 'amazon-bedrock-invocationMetrics': metrics },
        ],
      };
    case 'anthropic':
      return {
        operation: 'InvokeModel',
        input: anthropicInput(random, call, asked),
        output: {
          id: `msg_bdrk_${random.hex(24)}`,
          type: 'message',
          role: 'assistant',
          content: [{ type: 'text', text: answer }],
          stop_reason: random.next() < 0.1 ? 'max_tokens' : 'end_turn',
          usage: { input_tokens: call.inputTokens, output_tokens: call.outputTokens },
        },
      };
    case 'converse':
    case 'nova-stream':
      return {
        operation: model.shape === 'converse' ? 'Converse' : 'ConverseStream',
        input: {
          messages: turns(random, call, asked, (text) => [{ text }]),
          system: [{ text: prose(random, 200) }],
          inferenceConfig: { maxTokens: random.pick([512, 1024, 4096]), temperature: random.below(10) / 10 },
        },
        output: {
          output: { message: { role: 'assistant', content: [{ text: answer }] } },
          stopReason: random.next() < 0.1 ? 'max_tokens' : 'end_turn',
          metrics: { latencyMs: call.latencyMs },
          usage: {
            inputTokens: call.inputTokens,
            outputTokens: call.outputTokens,
            totalTokens: call.inputTokens + call.outputTokens,
          },
        },
      };
    case 'llama':
      return {
        operation: 'InvokeModelWithResponseStream',
        input: { prompt: `<|begin_of_text|>${prose(random, call.characters >> 1)}\n${asked}`, max_gen_len: 512 },
        output: pieces(answer, random).map((generation, at, all) => ({
          generation,
          prompt_token_count: at === 0 ? call.inputTokens : null,
          generation_token_count: at + 1,
          stop_reason: at === all.length - 1 ? 'stop' : null,
          ...(at === all.length - 1 ? { 'amazon-bedrock-invocationMetrics': metrics } : {}),
        })),
      };
    case 'embedding':
      return {
        operation: 'InvokeModel',
        input: { inputText: asked, dimensions: 256, normalize: true },
        output: {
          embedding: Array.from({ length: 256 }, () => Math.round((random.next() - 0.5) * 1e8) / 1e9),
          inputTextTokenCount: call.inputTokens,
        },
      };
  }
}

function anthropicInput(random: Random, call: CallFacts, asked: string): object {
  return {
    anthropic_version: 'bedrock-2023-05-31',
    max_tokens: random.pick([512, 1024, 4096]),
    temperature: random.below(10) / 10,
    system: prose(random, 300),
    messages: turns(random, call, asked, (text) => [{ type: 'text', text }]),
  };
}

/** The history of a talk, and what is asked now. */
function turns(random: Random, call: CallFacts, asked: string, content: (text: string) => object[]): object[] {
  const history: object[] = [];
  const rounds = random.below(4);
  for (let round = 0; round < rounds; round += 1) {
    const size = Math.max(60, Math.floor(call.characters / 4 / rounds));
    history.push({ role: 'user', content: content(prose(random, size)) });
    history.push({ role: 'assistant', content: content(prose(random, size)) });
  }
  return [...history, { role: 'user', content: content(asked) }];
}

/** As models stream: a few words or a part of one at a time. */
function pieces(text: string, random: Random): string[] {
  const found: string[] = [];
  for (let at = 0; at < text.length;) {
    const size = 8 + random.below(40);
    found.push(text.slice(at, at + size));
    at += size;
  }
  return found;
}

const STATUSES = [
  'SCHEDULED_FOR_INGESTION',
  'EMBEDDING_STARTED',
  'EMBEDDING_COMPLETED',
  'INDEXING_STARTED',
  'INDEXING_COMPLETED',
  'INDEXED',
] as const;
const TROUBLES = ['RESOURCE_IGNORED', 'EMBEDDING_FAILED', 'INDEXING_FAILED', 'DELETION_FAILED'] as const;

export function documentUriOf(index: number): string {
  return `s3://bench-documents/folder-${Math.floor(index / STATUSES.length) % 40}/document-${Math.floor(index / STATUSES.length)}.pdf`;
}

/** An event of a knowledge base's application log: documents go through their states, one in a hundred meets trouble. */
export function ingestionEvent(index: number, total: number): MadeEvent {
  const random = new Random(Math.imul(index, 40_503) ^ 0x1234);
  const timestampMs = timeOf(index, total);
  const trouble = random.next() < 0.01 ? (TROUBLES[random.below(TROUBLES.length)] ?? 'RESOURCE_IGNORED') : undefined;
  const count = random.below(40);
  const event = {
    event_timestamp: timestampMs,
    event: {
      ingestion_job_id: `JOB${String(Math.floor(index / 5_000)).padStart(7, '0')}`,
      data_source_id: 'DATASOURCE',
      knowledge_base_arn: `arn:aws:bedrock:${REGION}:${ACCOUNT}:knowledge-base/KBBENCH001`,
      document_location: { type: 'S3', s3_location: { uri: documentUriOf(index) } },
      status: trouble ?? STATUSES[index % STATUSES.length],
      ...(trouble ? { status_reasons: ['Resource exceeded allowed size limit of 50 Megabytes.'] } : {}),
      chunk_statistics: {
        ignored: 0,
        created: count,
        deleted: 0,
        metadata_updated: 0,
        failed_to_create: trouble ? count : 0,
      },
    },
    event_version: '1.0',
    event_type: 'StartIngestionJob.ResourceStatusChanged',
    level: trouble === undefined ? 'INFO' : trouble === 'RESOURCE_IGNORED' ? 'WARN' : 'ERROR',
  };
  return { timestampMs, message: JSON.stringify(event) };
}
