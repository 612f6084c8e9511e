/** Callers with the official SDK: model calls of all four operations, and log events. Each notes in the ledger what it learnt. */
import {
  ConverseCommand,
  ConverseStreamCommand,
  InvokeModelCommand,
  InvokeModelWithResponseStreamCommand,
} from '@aws-sdk/client-bedrock-runtime';
import { PutLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import type { Clients } from '../harness.ts';
import { changeAgain } from './audit.ts';
import { answerOf, type Call, isStream, type Ledger, type Operation, promptOf } from './ledger.ts';
import type { Random } from './random.ts';

const MODEL = 'varve.echo-v1';
const CALLERS = 6;
export const EVENTS_GROUP = '/app/events';
export const EVENTS_STREAM = 'app';
/** A caller that waits longer complains. */
const PATIENCE_MS = 60_000;

export interface LoadOptions {
  readonly clients: Clients;
  readonly ledger: Ledger;
  readonly random: Random;
  readonly round: number;
  /** No new calls once it aborts. */
  readonly until: AbortSignal;
  /** True once a kill was sent that breaks connections. */
  readonly isKilled: () => boolean;
}

/** Runs until told to stop; resolves when every call is over for its caller. */
export async function driveLoad(options: LoadOptions): Promise<void> {
  const callers = Array.from({ length: CALLERS }, (_, caller) => callAgain(options, caller));
  await Promise.all([...callers, putEventsAgain(options), changeAgain(options)]);
}

async function callAgain({ until, ...options }: LoadOptions, caller: number): Promise<void> {
  for (let number = 0; !until.aborted && !options.isKilled(); number += 1) {
    const call = newCall(options.random, `call-${options.round}-${caller}-${number}`, options.round);
    options.ledger.calls.set(call.name, call);
    const leaves = isStream(call.operation) && options.random.next() < 0.05;
    await performCall(options, call, leaves);
  }
}

function newCall(random: Random, name: string, round: number): Call {
  const operation = random.choose<Operation>([
    [3, 'Converse'],
    [3, 'ConverseStream'],
    [2, 'InvokeModel'],
    [2, 'InvokeModelWithResponseStream'],
  ]);
  // Small; over 100 KB, so that it becomes an object; over 256 KiB, so that it is spilled while it arrives.
  const promptChars = random.choose([
    [85, random.between(40, 2_000)],
    [9, random.between(110_000, 190_000)],
    [6, random.between(280_000, 420_000)],
  ]);
  const longStream = isStream(operation) && random.next() < 0.01;
  // Long prompts come back in ten thousand frames; a stream over 1 MiB is spilled itself.
  const answerChars = longStream ? 1_100_000 : isStream(operation) && promptChars > 190_000 ? 300 : undefined;
  const fails = random.next() < 0.04;
  return { name, operation, promptChars, answerChars, fails, round, requestId: undefined, fate: 'in-flight' };
}

/** The built-in model's knobs: slow enough that kills hit the middle of calls. */
function knobsOf(call: Call, random: Random) {
  const error = call.fails ? { error: { code: 'ThrottlingException', message: 'Slow down.' } } : {};
  const outputText = call.answerChars === undefined ? {} : { outputText: answerOf(call) };
  const pace =
    isStream(call.operation) && call.answerChars !== 1_100_000 ? { chunkDelayMs: random.between(0, 15) } : {};
  return { ...error, ...outputText, ...pace };
}

type Performing = Pick<LoadOptions, 'clients' | 'ledger' | 'random' | 'isKilled'>;

/** Performs a call to its end; never rejects. */
export async function performCall(options: Performing, call: Call, leaves = false): Promise<void> {
  const { ledger, isKilled } = options;
  try {
    const text = await send(options, call, leaves);
    if (text === LEFT) call.fate = 'left';
    else if (text === undefined && isKilled()) call.fate = 'cut';
    else if (text === answerOf(call) && !call.fails) call.fate = 'acknowledged';
    else
      ledger.complaints.push(
        `${describe(call)}: ${text === undefined ? 'its stream ended too early' : 'got another answer'}`,
      );
  } catch (error) {
    const { name, $fault, $metadata } = error as { name: string; $fault?: string; $metadata?: { requestId?: string } };
    call.requestId ??= $metadata?.requestId;
    // Without `$fault` it is no answer of the service: the connection broke, before or in the middle of an answer.
    if ($fault === undefined && isKilled()) {
      call.fate = 'cut';
      return;
    }
    if (call.fails && name === 'ThrottlingException') call.fate = 'failed';
    else ledger.complaints.push(`${describe(call)}: ${String(error)}`);
  }
}

const LEFT = Symbol('left');

/** Gives the answer's text; undefined when the stream ended before its last frame. */
function send({ clients, random }: Performing, call: Call, leaves: boolean): Promise<string | undefined | typeof LEFT> {
  const knobs = knobsOf(call, random);
  switch (call.operation) {
    case 'Converse':
      return converse(clients, call, knobs);
    case 'ConverseStream':
      return converseStream(clients, call, knobs, leaves);
    case 'InvokeModel':
      return invoke(clients, call, knobs);
    case 'InvokeModelWithResponseStream':
      return invokeStream(clients, call, knobs, leaves);
  }
}

type Knobs = ReturnType<typeof knobsOf>;

function converseInput(call: Call, knobs: Knobs) {
  return {
    modelId: MODEL,
    messages: [{ role: 'user' as const, content: [{ text: promptOf(call) }] }],
    additionalModelRequestFields: { varve: knobs },
    requestMetadata: { call: call.name },
  };
}

function invokeInput(call: Call, knobs: Knobs) {
  return {
    modelId: MODEL,
    contentType: 'application/json',
    body: invokeBody(call, knobs),
    requestMetadata: JSON.stringify({ call: call.name }),
  };
}

function invokeBody(call: Call, knobs: Knobs): string {
  return JSON.stringify({ prompt: promptOf(call), varve: knobs });
}

async function converse({ runtime }: Clients, call: Call, knobs: Knobs): Promise<string | undefined> {
  const answer = await runtime.send(new ConverseCommand(converseInput(call, knobs)), patience());
  call.requestId = answer.$metadata.requestId;
  return answer.output?.message?.content?.[0]?.text;
}

async function converseStream({ runtime }: Clients, call: Call, knobs: Knobs, leaves: boolean) {
  const leaving = new AbortController();
  const answer = await runtime.send(new ConverseStreamCommand(converseInput(call, knobs)), patience(leaving.signal));
  call.requestId = answer.$metadata.requestId;
  let text = '';
  let isWhole = false;
  for await (const event of answer.stream ?? []) {
    text += event.contentBlockDelta?.delta?.text ?? '';
    isWhole ||= event.metadata !== undefined;
    if (leaves && text !== '' && !isWhole) return leave(leaving);
  }
  return isWhole ? text : undefined;
}

async function invoke({ runtime }: Clients, call: Call, knobs: Knobs): Promise<string | undefined> {
  const answer = await runtime.send(new InvokeModelCommand(invokeInput(call, knobs)), patience());
  call.requestId = answer.$metadata.requestId;
  return (JSON.parse(answer.body.transformToString()) as { completion: string }).completion;
}

async function invokeStream({ runtime }: Clients, call: Call, knobs: Knobs, leaves: boolean) {
  const leaving = new AbortController();
  const command = new InvokeModelWithResponseStreamCommand(invokeInput(call, knobs));
  const answer = await runtime.send(command, patience(leaving.signal));
  call.requestId = answer.$metadata.requestId;
  let text = '';
  let isWhole = false;
  for await (const { chunk } of answer.body ?? []) {
    const told = JSON.parse(Buffer.from(chunk?.bytes ?? []).toString()) as { completion?: string };
    text += told.completion ?? '';
    isWhole ||= 'amazon-bedrock-invocationMetrics' in told;
    if (leaves && text !== '' && !isWhole) return leave(leaving);
  }
  return isWhole ? text : undefined;
}

/** Leaving the loop alone does not make the SDK close its stream. */
function leave(leaving: AbortController): typeof LEFT {
  leaving.abort();
  return LEFT;
}

function patience(...signals: AbortSignal[]): { abortSignal: AbortSignal } {
  return { abortSignal: AbortSignal.any([AbortSignal.timeout(PATIENCE_MS), ...signals]) };
}

function describe({ name, operation, requestId }: Call): string {
  return `${operation} ${name} (request ${requestId ?? 'id unknown'})`;
}

async function putEventsAgain({ clients, ledger, random, round, until, isKilled }: LoadOptions): Promise<void> {
  for (let number = 0; !until.aborted && !isKilled(); number += 1) {
    const messages = Array.from({ length: random.between(1, 5) }, (_, index) => `event-${round}-${number}-${index}`);
    const sent: Ledger['events'][number] = { messages, round, fate: 'in-flight' };
    ledger.events.push(sent);
    const logEvents = messages.map((message) => ({ timestamp: Date.now(), message }));
    const command = new PutLogEventsCommand({ logGroupName: EVENTS_GROUP, logStreamName: EVENTS_STREAM, logEvents });
    try {
      const { rejectedLogEventsInfo } = await clients.logs.send(command, patience());
      sent.fate = 'acknowledged';
      if (rejectedLogEventsInfo) ledger.complaints.push(`${messages[0]}: events were rejected`);
    } catch (error) {
      const isAnswer = (error as { $fault?: string }).$fault !== undefined;
      if (isKilled() && !isAnswer) sent.fate = 'cut';
      else ledger.complaints.push(`PutLogEvents ${messages[0]}: ${String(error)}`);
    }
  }
}
