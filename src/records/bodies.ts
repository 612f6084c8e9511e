import type { RequestContent, ResponseContent } from './content.ts';
import { aggregateConverse } from './converse/aggregate.ts';
import { onOneLine } from './json/edit.ts';
import { inBrackets, jsonListOf, jsonOf, NOT_JSON } from './json/parse.ts';
import {
  converseRequestBody,
  converseResponseBody,
  type Media,
  type MediaKind,
  type MediaRules,
  nativeRequestBody,
} from './media.ts';
import { type BodyRules, mayHoldDropped, type Modalities } from './switches.ts';
import { isConverse } from './texts.ts';
import type { DataLocation, DataObject } from './types.ts';

/**
 * A JSON body of more bytes than this, as it would stand in the record, is an object of its own under `data/`.
 * AWS says 100 KB and not whether that is 100,000 or 102,400 bytes: chosen.
 */
export const INLINE_BODY_BYTES_MAX = 102_400;

/** Where a body ended up: inside of the record, in an object, or nowhere. */
export interface PlacedBody {
  readonly inline?: Buffer;
  readonly s3Path?: string;
  readonly objects: readonly DataObject[];
}

type Side = 'input' | 'output';

/** Places the bodies of one call by its switches and its data location. */
export class BodyPlacer {
  readonly #operation: string;
  readonly #requestId: string;
  readonly #location: DataLocation | undefined;
  readonly #rules: BodyRules;
  readonly #modalities: Modalities;

  constructor(
    operation: string,
    requestId: string,
    location: DataLocation | undefined,
    rules: BodyRules,
    modalities: Modalities,
  ) {
    this.#operation = operation;
    this.#requestId = requestId;
    this.#location = location;
    this.#rules = rules;
    this.#modalities = modalities;
  }

  input(request: RequestContent): PlacedBody {
    if (!this.#rules.inputBody) return { objects: [] };
    if (!('bytes' in request)) return this.#spilled('input', request.attachment);
    const { bytes, contentType } = request;
    if (isMedia(contentType)) return this.#binary('input', bytes, contentType);
    if (isConverse(this.#operation)) return this.#converse('input', bytes, converseRequestBody);
    if (this.#rules.dropped.size === 0) return this.#json('input', bytes);
    const body = attempt(() => nativeRequestBody(bytes, this.#rules.dropped));
    // What cannot be read may hold what is switched off.
    if (body && jsonOf(body) !== NOT_JSON) return this.#json('input', body);
    return mayHoldDropped(this.#operation, this.#rules, this.#modalities)
      ? { objects: [] }
      : this.#json('input', bytes);
  }

  output(response: ResponseContent): PlacedBody {
    if (!this.#rules.outputBody) return { objects: [] };
    switch (response.kind) {
      case 'none':
        return { objects: [] };
      case 'converse-stream':
        return this.#converse('output', aggregateConverse(response.events), converseResponseBody, true);
      case 'invoke-stream':
        return this.#json('output', chunkArray(response.chunks), true);
      case 'whole':
        if (!('bytes' in response)) return this.#spilled('output', response.attachment);
        if (isMedia(response.contentType)) return this.#binary('output', response.bytes, response.contentType);
        if (isConverse(this.#operation)) return this.#converse('output', response.bytes, converseResponseBody);
        return this.#json('output', response.bytes);
    }
  }

  /** A Converse body: media become objects, even tiny ones; with text off only media blocks are left of it. */
  #converse(side: Side, bytes: Buffer, edit: (text: Buffer, rules: MediaRules) => Buffer, isJson = false): PlacedBody {
    const stored: { media: Media; uri: string; object: DataObject }[] = [];
    const store = (media: Media): string | undefined => {
      const name = `${side}_media_${String(media.index).padStart(2, '0')}.${media.format}`;
      const object = this.#object(name, mediaContentType(media), false, media.bytes);
      if (!object) return undefined;
      stored.push({ media, ...object });
      return object.uri;
    };
    const body = attempt(() => edit(bytes, { dropped: this.#rules.dropped, store }));
    if (!body || (!isJson && jsonOf(body) === NOT_JSON)) {
      return this.#rules.text && this.#rules.dropped.size === 0 ? this.#json(side, bytes) : { objects: [] };
    }
    // The same key written twice in one block gives the same name twice; the last one counts, as in every JSON parser.
    const objects = [...new Map(stored.map(({ object }) => [object.key, object])).values()];
    if (!this.#rules.text && stored.length === 0) return { objects: [] };
    const placed = this.#json(side, this.#rules.text ? body : mediaOnly(side, stored), true);
    return { ...placed, objects: [...placed.objects, ...objects] };
  }

  /** A JSON text: inside of the record when it is small, else an object; text that is no JSON is always an object. */
  #json(side: Side, bytes: Buffer, isJson = false): PlacedBody {
    const large = bytes.length > INLINE_BODY_BYTES_MAX && onOneLine(bytes).length > INLINE_BODY_BYTES_MAX;
    const embedding = side === 'output' && this.#rules.outputIsEmbedding;
    if (large || embedding) return this.#offloaded(`${side}.json.gz`, 'application/json', true, bytes);
    if (bytes.length === 0) return { objects: [] };
    if (!isJson && jsonOf(bytes) === NOT_JSON) {
      return this.#offloaded(`${side}.bin.gz`, 'application/octet-stream', true, bytes);
    }
    return { inline: onOneLine(bytes), objects: [] };
  }

  /** A body that is media itself, such as an image model's answer with `accept: image/png`. */
  #binary(side: Side, bytes: Buffer, contentType: string): PlacedBody {
    const [kind, subtype = ''] = contentType.split(';')[0]?.trim().toLowerCase().split('/') ?? [];
    if (this.#rules.dropped.has(kind as MediaKind)) return { objects: [] };
    const format = /^[a-z0-9]{1,16}$/.test(subtype) ? subtype : 'bin';
    return this.#offloaded(`${side}_media_00.${format}`, contentType, false, bytes);
  }

  /** A spilled body is handed on unread; where it may hold what is switched off, it is left out. */
  #spilled(side: Side, attachment: string): PlacedBody {
    const textOff = isConverse(this.#operation) && !this.#rules.text;
    const unsafe = side === 'input' && mayHoldDropped(this.#operation, this.#rules, this.#modalities);
    const unsafeAnswer = side === 'output' && isConverse(this.#operation) && this.#rules.dropped.size > 0;
    if (textOff || unsafe || unsafeAnswer) return { objects: [] };
    return this.#offloaded(`${side}.json.gz`, 'application/json', true, attachment);
  }

  #offloaded(name: string, contentType: string, gzip: boolean, body: Buffer | string): PlacedBody {
    const object = this.#object(name, contentType, gzip, body);
    return object ? { s3Path: object.uri, objects: [object.object] } : { objects: [] };
  }

  /** Undefined without a data location: CloudWatch only and no large-data bucket (bedrock-invocation-log.md §2.6). */
  #object(
    name: string,
    contentType: string,
    gzip: boolean,
    body: Buffer | string,
  ): { uri: string; object: DataObject } | undefined {
    if (!this.#location) return undefined;
    const key = `${this.#location.keyBase}${this.#requestId}_${name}`;
    const content = typeof body === 'string' ? { attachment: body } : { bytes: body };
    return { uri: `s3://${this.#location.bucketName}/${key}`, object: { key, contentType, gzip, ...content } };
  }
}

/** The stream's chunks as a JSON array of the texts as they came; what is no JSON, such as `[DONE]`, as a string. */
function chunkArray(chunks: readonly Buffer[]): Buffer {
  const { values, array } = jsonListOf(chunks);
  if (array) return array;
  return inBrackets(
    chunks.map((chunk, index) => (values[index] === NOT_JSON ? Buffer.from(JSON.stringify(chunk.toString())) : chunk)),
  );
}

/** What is left of a Converse body when text is off: messages with nothing but their media blocks. */
function mediaOnly(side: Side, stored: readonly { media: Media; uri: string }[]): Buffer {
  const messages: { role: string; content: unknown[] }[] = [];
  for (const { media, uri } of stored) {
    const block = { [media.kind]: { format: media.format, source: { s3Uri: uri } } };
    const last = messages[messages.length - 1];
    if (last?.role === media.role) last.content.push(block);
    else messages.push({ role: media.role, content: [block] });
  }
  return Buffer.from(JSON.stringify(side === 'input' ? { messages } : { output: { message: messages[0] } }));
}

function attempt(work: () => Buffer): Buffer | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function isMedia(contentType: string): boolean {
  return /^(?:image|audio|video)\//i.test(contentType.trim());
}

function mediaContentType({ kind, format }: Media): string {
  if (kind !== 'document') return `${kind}/${format}`;
  return format === 'pdf' ? 'application/pdf' : 'application/octet-stream';
}
