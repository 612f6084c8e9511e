import { applyEdits, type Edit, removals } from './json/edit.ts';
import { elementsOf, type MemberSpan, membersOf, rootOf, type Span, stringAt } from './json/scan.ts';

/** What a content block holds, as the data switches tell it apart. Documents count as text. */
export type MediaKind = 'image' | 'video' | 'audio' | 'document';

export interface Media {
  readonly kind: MediaKind;
  /** As the block says it: `png`, `pdf`, `mp4`, …; `bin` when it says nothing usable. */
  readonly format: string;
  readonly bytes: Buffer;
  /** Position of the block among all content blocks of the body, nested ones counted where they stand. */
  readonly index: number;
  readonly role: string;
}

export interface MediaRules {
  /** Blocks of these kinds are cut out. */
  readonly dropped: ReadonlySet<MediaKind>;
  /**
   * Where the bytes of the others go: the S3 URI that takes their place, or undefined when there is no place and they are
   * left out. Without this function the bytes stay inside (InvokeModel).
   */
  readonly store?: (media: Media) => string | undefined;
}

/** Text documents up to this size stay inside of the body (captures: "small text documents stay inline"). Bytes. */
export const INLINE_DOCUMENT_BYTES_MAX = 102_400;
const TEXT_DOCUMENTS: ReadonlySet<string> = new Set(['txt', 'md', 'csv', 'html']);

/** Top-level members that are dropped from a Converse body: the record has them elsewhere (capture A11). */
const CONVERSE_ELSEWHERE: ReadonlySet<string> = new Set(['modelId', 'requestMetadata']);
/** A tool's result may hold blocks, but no further results; deeper nesting is not looked into. */
const NESTING_MAX = 4;

/**
 * A Converse request body as it stands in the record: without what stands elsewhere, media taken out by the rules.
 * Text that is no JSON gives some text that is none, or a SyntaxError; so do the other two.
 */
export function converseRequestBody(text: Buffer, rules: MediaRules): Buffer {
  if (hasNone(text, REQUEST_MARKS, rules)) return text;
  const members = membersOf(text, rootOf(text));
  const walk = new MediaWalk(text, rules);
  for (const { key, value } of members) {
    if (key === 'messages') for (const message of elementsOf(text, value)) walk.message(message);
    if (key === 'system') walk.content(value, 'system');
  }
  walk.edits.push(...removals(members, (index) => CONVERSE_ELSEWHERE.has(members[index]?.key ?? '')));
  return applyEdits(text, walk.edits);
}

/** A ConverseResponse as it stands in the record: media taken out by the rules. */
export function converseResponseBody(text: Buffer, rules: MediaRules): Buffer {
  if (hasNone(text, RESPONSE_MARKS, rules)) return text;
  const walk = new MediaWalk(text, rules);
  for (const output of membersOf(text, rootOf(text))) {
    if (output.key !== 'output') continue;
    for (const message of membersOf(text, output.value)) if (message.key === 'message') walk.message(message.value);
  }
  return applyEdits(text, walk.edits);
}

/** Without these in it a body has nothing to edit; an escape could spell one of them, so it counts as one. */
const RESPONSE_MARKS = ['"bytes"', '\\u'];
const REQUEST_MARKS = [...RESPONSE_MARKS, ...Array.from(CONVERSE_ELSEWHERE, (name) => `"${name}"`)];

/** Most calls carry text only: a native search tells so without walking through the body. */
function hasNone(text: Buffer, marks: readonly string[], { dropped }: MediaRules): boolean {
  return dropped.size === 0 && marks.every((mark) => !text.includes(mark));
}

/** Members of native bodies outside of `messages` that hold images: Llama, Cohere Embed, Titan Multimodal. */
const NATIVE_IMAGE_MEMBERS: ReadonlySet<string> = new Set(['images', 'inputImage']);

/** A native (InvokeModel) request body without the blocks of the dropped kinds; everything else as it was sent. */
export function nativeRequestBody(text: Buffer, dropped: ReadonlySet<MediaKind>): Buffer {
  const members = membersOf(text, rootOf(text));
  const walk = new MediaWalk(text, { dropped });
  for (const { key, value } of members) {
    if (key === 'messages') for (const message of elementsOf(text, value)) walk.message(message);
  }
  const isImage = (index: number): boolean => NATIVE_IMAGE_MEMBERS.has(members[index]?.key ?? '');
  if (dropped.has('image')) walk.edits.push(...removals(members, isImage));
  return applyEdits(text, walk.edits);
}

/** One pass over the content blocks of a body, collecting the edits. */
class MediaWalk {
  readonly edits: Edit[] = [];
  readonly #text: Buffer;
  readonly #rules: MediaRules;
  #index = 0;

  constructor(text: Buffer, rules: MediaRules) {
    this.#text = text;
    this.#rules = rules;
  }

  message(message: Span): void {
    const members = membersOf(this.#text, message);
    const role = members.find(({ key }) => key === 'role');
    const roleName = role ? stringAt(this.#text, role.value) : '';
    for (const { key, value } of members) if (key === 'content') this.content(value, roleName);
  }

  /** An array of content blocks. */
  content(array: Span, role: string, depth = 0): void {
    if (depth > NESTING_MAX) return;
    const blocks = elementsOf(this.#text, array);
    const removed = new Set<number>();
    blocks.forEach((block, position) => {
      if (this.#block(block, role, depth)) removed.add(position);
    });
    this.edits.push(...removals(blocks, (position) => removed.has(position)));
  }

  /** Looks into one block; true when it is to be cut out whole. */
  #block(block: Span, role: string, depth: number): boolean {
    const index = this.#index;
    this.#index += 1;
    const members = membersOf(this.#text, block);
    const type = members.find(({ key }) => key === 'type');
    const typed = type && typedKind(stringAt(this.#text, type.value));
    if (typed && this.#rules.dropped.has(typed)) return true;
    return members.some((member) => this.#member(member, index, role, depth));
  }

  #member({ key, value }: MemberSpan, index: number, role: string, depth: number): boolean {
    const kind = keyedKind(key);
    if (kind && this.#text[value.start] === 0x7b) {
      if (this.#rules.dropped.has(kind)) return true;
      if (this.#rules.store) this.#source(kind, value, index, role);
      return false;
    }
    if (key === 'guardContent' && depth <= NESTING_MAX) {
      return membersOf(this.#text, value).some((inner) => this.#member(inner, index, role, depth + 1));
    }
    if (key === 'toolResult') {
      for (const inner of membersOf(this.#text, value))
        if (inner.key === 'content') this.content(inner.value, role, depth + 1);
    }
    // Anthropic's own tool_result block.
    if (key === 'content') this.content(value, role, depth + 1);
    return false;
  }

  /** `{format, source: {bytes}}`: the bytes give way to the URI of the object that holds them. */
  #source(kind: MediaKind, media: Span, index: number, role: string): void {
    const members = membersOf(this.#text, media);
    const named = members.find(({ key }) => key === 'format');
    const format = safeFormat(named ? stringAt(this.#text, named.value) : '');
    for (const source of members) {
      if (source.key !== 'source') continue;
      const parts = membersOf(this.#text, source.value);
      const at = parts.findLastIndex(({ key }) => key === 'bytes');
      const inline = parts[at];
      if (!inline || this.#text[inline.value.start] !== 0x22) continue;
      const bytes = Buffer.from(stringAt(this.#text, inline.value), 'base64');
      if (kind === 'document' && TEXT_DOCUMENTS.has(format) && bytes.length <= INLINE_DOCUMENT_BYTES_MAX) continue;
      const uri = this.#rules.store?.({ kind, format, bytes, index, role });
      if (uri === undefined) this.edits.push(...removals(parts, (position) => parts[position]?.key === 'bytes'));
      else this.edits.push({ start: inline.start, end: inline.end, text: `"s3Uri":${JSON.stringify(uri)}` });
    }
  }
}

function keyedKind(key: string): MediaKind | undefined {
  return key === 'image' || key === 'video' || key === 'audio' || key === 'document' ? key : undefined;
}

/** Blocks that say what they are: Anthropic's `{"type":"image"}`, OpenAI's `{"type":"image_url"}`. */
function typedKind(type: string): MediaKind | undefined {
  const [, kind] = /^(?:input_)?(image|video|audio)(?:_url)?$/.exec(type) ?? [];
  return kind as MediaKind | undefined;
}

/** Formats go into object names. */
function safeFormat(format: string): string {
  return /^[a-z0-9_]{1,16}$/.test(format) ? format : 'bin';
}
