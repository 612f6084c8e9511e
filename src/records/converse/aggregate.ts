import type { ConverseEvent } from '../content.ts';
import { onOneLine } from '../json/edit.ts';
import { at, isObject, type JsonObject, jsonOf, jsonOfAll, listAt, NOT_JSON, numberAt, textAt } from '../json/parse.ts';

/**
 * ConverseStream's events put together to the one ConverseResponse that AWS logs (captures S2 and S7):
 * `{output:{message:{role,content}}, stopReason, metrics, usage[, trace][, performanceConfig][, serviceTier][,
 * additionalModelResponseFields]}`. A stream that broke off gives what was delivered: members that never came are absent.
 * A tool's input, which comes as pieces of JSON text, is spliced in as that text.
 */
export function aggregateConverse(events: readonly ConverseEvent[]): Buffer {
  const values = eventValues(events);
  const blocks = new Map<number, Block>();
  let role = 'assistant';
  const tail: string[] = [];
  let metadata: unknown;
  let stop: unknown;
  events.forEach(({ type }, index) => {
    const value = values[index];
    if (type === 'messageStart') role = textAt(value, 'role') || role;
    else if (type === 'contentBlockStart') startBlock(blockOf(blocks, value), at(value, 'start'));
    else if (type === 'contentBlockDelta') extendBlock(blockOf(blocks, value), at(value, 'delta'));
    else if (type === 'messageStop') stop = value;
    else if (type === 'metadata') metadata = value;
  });
  const add = (name: string, value: unknown): void => {
    if (value !== undefined && value !== null) tail.push(`,"${name}":${JSON.stringify(value)}`);
  };
  add('stopReason', at(stop, 'stopReason'));
  add('metrics', at(metadata, 'metrics'));
  add('usage', at(metadata, 'usage'));
  add('trace', at(metadata, 'trace'));
  add('performanceConfig', at(metadata, 'performanceConfig'));
  add('serviceTier', at(metadata, 'serviceTier'));
  add('additionalModelResponseFields', at(stop, 'additionalModelResponseFields'));
  const content = [...blocks.values()].map(blockText).filter((text) => text !== '');
  const message = `{"role":${JSON.stringify(role)},"content":[${content.join(',')}]}`;
  return Buffer.from(`{"output":{"message":${message}}${tail.join('')}}`);
}

/** The texts that the model wrote, in order, for the store. */
export function converseStreamText(events: readonly ConverseEvent[]): string {
  const values = eventValues(events);
  return events.map(({ type }, i) => (type === 'contentBlockDelta' ? textAt(values[i], 'delta', 'text') : '')).join('');
}

const payloadLists = new WeakMap<readonly ConverseEvent[], readonly Buffer[]>();

/** The events' payloads parsed, each in its place; remembered for each list. */
function eventValues(events: readonly ConverseEvent[]): readonly unknown[] {
  let payloads = payloadLists.get(events);
  if (payloads?.length !== events.length) {
    payloads = events.map(({ payload }) => payload);
    payloadLists.set(events, payloads);
  }
  return jsonOfAll(payloads);
}

/** A content block while it grows. Pieces are joined once, at the end. */
interface Block {
  start: JsonObject | undefined;
  readonly text: string[];
  readonly toolInput: string[];
  readonly reasoning: string[];
  readonly redacted: Buffer[];
  readonly citations: unknown[];
  readonly toolResult: unknown[];
  readonly image: Buffer[];
  signature: string;
}

function blockOf(blocks: Map<number, Block>, event: unknown): Block {
  const index = numberAt(event, 'contentBlockIndex') ?? 0;
  const known = blocks.get(index);
  if (known) return known;
  const made: Block = {
    start: undefined,
    text: [],
    toolInput: [],
    reasoning: [],
    redacted: [],
    citations: [],
    toolResult: [],
    image: [],
    signature: '',
  };
  blocks.set(index, made);
  return made;
}

function startBlock(block: Block, start: unknown): void {
  if (isObject(start)) block.start = start;
}

function extendBlock(block: Block, delta: unknown): void {
  const text = at(delta, 'text');
  if (typeof text === 'string') return void block.text.push(text);
  const input = at(delta, 'toolUse', 'input');
  if (typeof input === 'string') return void block.toolInput.push(input);
  const reasoning = at(delta, 'reasoningContent');
  if (isObject(reasoning)) return extendReasoning(block, reasoning);
  const citation = at(delta, 'citation');
  if (citation !== undefined) return void block.citations.push(citation);
  block.toolResult.push(...listAt(delta, 'toolResult'));
  const image = at(delta, 'image', 'source', 'bytes');
  if (typeof image === 'string') block.image.push(Buffer.from(image, 'base64'));
}

function extendReasoning(block: Block, reasoning: JsonObject): void {
  if (typeof reasoning['text'] === 'string') block.reasoning.push(reasoning['text']);
  if (typeof reasoning['signature'] === 'string') block.signature += reasoning['signature'];
  const redacted = reasoning['redactedContent'];
  if (typeof redacted === 'string') block.redacted.push(Buffer.from(redacted, 'base64'));
}

function blockText(block: Block): string {
  const toolUse = at(block.start, 'toolUse');
  if (isObject(toolUse) || block.toolInput.length > 0) return toolUseText(isObject(toolUse) ? toolUse : {}, block);
  const toolResult = at(block.start, 'toolResult');
  if (isObject(toolResult)) return JSON.stringify({ toolResult: { ...toolResult, content: block.toolResult } });
  if (block.redacted.length > 0) {
    const redactedContent = Buffer.concat(block.redacted).toString('base64');
    return JSON.stringify({ reasoningContent: { redactedContent } });
  }
  if (block.reasoning.length > 0 || block.signature !== '') {
    const reasoningText = { text: block.reasoning.join(''), ...(block.signature && { signature: block.signature }) };
    return JSON.stringify({ reasoningContent: { reasoningText } });
  }
  const image = at(block.start, 'image');
  if (isObject(image) || block.image.length > 0) {
    const source = { bytes: Buffer.concat(block.image).toString('base64') };
    return JSON.stringify({ image: { ...(isObject(image) ? image : {}), source } });
  }
  const text = block.text.join('');
  if (block.citations.length > 0) {
    return JSON.stringify({ citationsContent: { content: [{ text }], citations: block.citations } });
  }
  return block.text.length > 0 ? JSON.stringify({ text }) : '';
}

function toolUseText(start: JsonObject, block: Block): string {
  const joined = block.toolInput.join('');
  const bytes = Buffer.from(joined);
  let input = '{}';
  // Input that broke off is no JSON: it is kept as the text that was delivered.
  if (joined !== '') input = jsonOf(bytes) === NOT_JSON ? JSON.stringify(joined) : onOneLine(bytes).toString();
  const { toolUseId, name, ...others } = start;
  const head = JSON.stringify({ toolUseId, name });
  const rest = JSON.stringify(others).slice(1, -1);
  return `{"toolUse":${head === '{}' ? '{' : `${head.slice(0, -1)},`}"input":${input}${rest === '' ? '' : `,${rest}`}}}`;
}
