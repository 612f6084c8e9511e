/**
 * How the built-in model reads a body. One of more than 4 MiB is never whole in memory: its long strings stay in the spill
 * file (thin-json.ts), and the model reads the first 64 KiB of each. The tokens of the rest count as the read ones do, in
 * proportion; a knob must be short enough to be read whole.
 *
 * A larger one is read whole, and alone, only when a long string may or may not be base64 ({@link ThinningFailure}, `escapes`).
 */
import {
  Base64Decoder,
  type Body,
  type CutString,
  expandThin,
  MemoryBody,
  Semaphore,
  type ThinJson,
  ThinningFailure,
  VALUES_MAX,
} from '#base';
import { BodyCollector, type Spool, SpooledBody } from '#journal';
import type { ModelRequest } from './generation.ts';
import type { JsonObject } from './json.ts';
import { badKnob, type Knobs } from './knobs.ts';
import { malformed, parseBody } from './malformed.ts';
import { countTokens } from './tokens.ts';

const KIB = 1024;
const MIB = 1024 * KIB;
/** About a million tokens: more than models take. */
const WHOLE_BYTES_MAX = 4 * MIB;
/** What is read of a long string: enough for every embedding, and an answer that stays in memory. */
const BEGINNING_BYTES_MAX = 64 * KIB;
/** Memory for the spilled bodies that are being answered: they wait for each other, and no other call does. */
const BODY_MEMORY_BYTES = 32 * MIB;
/** Bytes, text and values of what is read, and the answer, while they are all there. */
const BODY_MEMORY_FACTOR = 4;
const ESCAPE_CHARS_MAX = 6;
const NOTHING = (): void => undefined;

/** What a body asks for. */
export interface Asked {
  readonly request: ModelRequest;
  readonly knobs: Knobs;
}

/** A body in the form in which it is parsed. */
export interface OpenedBody {
  /** Long strings may be fillers. */
  readonly value: JsonObject;
  /**
   * What the body asks for, and the body as `ask` saw it at last; `ask` may be called twice.
   * @throws {ApiError} ValidationException when a knob is too long, and what `ask` throws
   */
  understand(ask: (value: JsonObject) => Asked): Promise<Asked & { readonly body: JsonObject }>;
  /** Writes what `base64`, a string of `value`, stands for. @throws {ApiError} ValidationException when it is no base64 */
  decode(base64: string, take: (bytes: Buffer) => Promise<void> | undefined): Promise<void>;
  /** Gives its memory back. */
  readonly release: () => void;
}

export class BodyReader {
  readonly #thinning = new Semaphore(1);
  readonly #memory = new Semaphore(BODY_MEMORY_BYTES);

  /**
   * Waits until there is memory for the body. The caller must release it.
   * @throws {ApiError} ValidationException when it is no JSON object, or has more than {@link VALUES_MAX} values
   */
  async open(body: Body): Promise<OpenedBody> {
    if (!(body instanceof SpooledBody)) return new WholeBody(parseBody(await body.bytes()), NOTHING);
    const { thin, release } = await this.#thinning.with(1, () => this.#thin(body));
    try {
      if (!thin) return new WholeBody(parseBody(await body.bytes()), release);
      const value = parseBody(thin.text);
      return thin.cuts.length === 0 ? new WholeBody(value, release) : new ThinBody(body, thin, value, release);
    } catch (error) {
      release();
      throw error;
    }
  }

  /** Without `thin` the body must be read whole. */
  async #thin(body: SpooledBody): Promise<{ readonly thin: ThinJson | undefined; readonly release: () => void }> {
    const thin = body.sizeBytes > WHOLE_BYTES_MAX ? await thinned(body) : undefined;
    const readBytes = thin ? thin.text.length + thin.cuts.length * BEGINNING_BYTES_MAX : body.sizeBytes;
    return { thin, release: await this.#memory.acquire(readBytes * BODY_MEMORY_FACTOR) };
  }
}

async function thinned(body: SpooledBody): Promise<ThinJson | undefined> {
  try {
    return await body.thinned();
  } catch (error) {
    if (!(error instanceof ThinningFailure)) throw error;
    if (error.reason === 'values') throw malformed(`#: expected maximum value count: ${VALUES_MAX}`);
    if (error.reason === 'syntax') throw malformed();
    return undefined;
  }
}

class WholeBody implements OpenedBody {
  readonly value: JsonObject;
  readonly release: () => void;

  constructor(value: JsonObject, release: () => void) {
    this.value = value;
    this.release = release;
  }

  understand(ask: (value: JsonObject) => Asked): Promise<Asked & { readonly body: JsonObject }> {
    return Promise.resolve({ ...ask(this.value), body: this.value });
  }

  async decode(base64: string, take: (bytes: Buffer) => Promise<void> | undefined): Promise<void> {
    await take(Buffer.from(base64, 'base64'));
  }
}

/** What is read of a long string. */
interface Beginning {
  /** As it stands in the body, escapes and all. */
  readonly raw: Buffer;
  /** Of the whole string. */
  readonly tokens: number;
}

class ThinBody implements OpenedBody {
  readonly #body: SpooledBody;
  readonly #thin: ThinJson;
  readonly value: JsonObject;
  readonly release: () => void;

  constructor(body: SpooledBody, thin: ThinJson, value: JsonObject, release: () => void) {
    this.#body = body;
    this.#thin = thin;
    this.value = value;
    this.release = release;
  }

  /** Asks with the fillers, which tell where a long string went, and then with what is read of them. */
  async understand(ask: (value: JsonObject) => Asked): Promise<Asked & { readonly body: JsonObject }> {
    const thin = ask(this.value);
    for (const [name, knob] of Object.entries(thin.knobs)) {
      if (this.#isCut(JSON.stringify(knob))) throw badKnob(name, 'its text is too long');
    }
    const beginnings = new Map<CutString, Beginning>();
    for (const cut of this.#thin.cuts) beginnings.set(cut, await readBeginning(this.#body, cut));
    const body = this.#withBeginnings(beginnings);
    const { request, knobs } = ask(body);
    const textTokens = thin.request.texts.reduce((sum, text) => sum + this.#tokensOf(text, beginnings), 0);
    return { body, knobs, request: { ...request, textTokens, promptIsCut: this.#isCut(thin.request.prompt) } };
  }

  async decode(base64: string, take: (bytes: Buffer) => Promise<void> | undefined): Promise<void> {
    const cut = expandThin(Buffer.from(base64), this.#thin).find((piece) => !Buffer.isBuffer(piece));
    if (!cut || Buffer.isBuffer(cut)) {
      await take(Buffer.from(base64, 'base64'));
      return;
    }
    if (!cut.isBase64) throw malformed();
    const decoder = new Base64Decoder();
    // The chunk is used again, and who takes it may keep it.
    await this.#body.each((chunk) => take(Buffer.from(decoder.decode(chunk))), cut.start, cut.end);
  }

  #isCut(text: string): boolean {
    return text.includes(this.#thin.mark);
  }

  #withBeginnings(beginnings: ReadonlyMap<CutString, Beginning>): JsonObject {
    const pieces = expandThin(this.#thin.text, this.#thin).map((piece) =>
      Buffer.isBuffer(piece) ? piece : (beginnings.get(piece)?.raw ?? Buffer.alloc(0)),
    );
    return parseBody(Buffer.concat(pieces));
  }

  #tokensOf(text: string, beginnings: ReadonlyMap<CutString, Beginning>): number {
    if (!this.#isCut(text)) return countTokens(text);
    return expandThin(Buffer.from(text), this.#thin).reduce(
      (sum, piece) =>
        sum + (Buffer.isBuffer(piece) ? countTokens(piece.toString()) : (beginnings.get(piece)?.tokens ?? 0)),
      0,
    );
  }
}

async function readBeginning(body: SpooledBody, { start, end }: CutString): Promise<Beginning> {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  let raw = '';
  // A character that is only begun stays in the decoder.
  await body.each((chunk) => void (raw += decoder.decode(chunk, { stream: true })), start, start + BEGINNING_BYTES_MAX);
  const { escaped, text } = withoutBegunEscape(raw);
  const bytes = Buffer.from(escaped);
  return { raw: bytes, tokens: Math.round((countTokens(text) * (end - start)) / bytes.length) };
}

/** A string that ends somewhere, cut before the escape or surrogate pair that is only begun there. */
function withoutBegunEscape(raw: string): { readonly escaped: string; readonly text: string } {
  for (let back = 0; back < ESCAPE_CHARS_MAX; back += 1) {
    const escaped = raw.slice(0, raw.length - back);
    try {
      const text = JSON.parse(`"${escaped}"`) as string;
      if (!/[\uD800-\uDBFF]$/.test(text.slice(-1))) return { escaped, text };
      return { escaped: escaped.slice(0, -ESCAPE_CHARS_MAX), text: text.slice(0, -1) };
    } catch {
      // An escape that is only begun: one character less.
    }
  }
  throw malformed();
}

/** A body of its own that stands as base64 in another one; `discard` removes it. */
export async function decodedBody(
  opened: OpenedBody,
  base64: string,
  spool: Spool | undefined,
): Promise<{ readonly body: Body; discard(): Promise<void> }> {
  const chunks: Buffer[] = [];
  const collector = spool && new BodyCollector(spool);
  try {
    await opened.decode(base64, (bytes) => {
      if (collector) return collector.add(bytes);
      chunks.push(bytes);
      return undefined;
    });
  } catch (error) {
    await collector?.discard();
    throw error;
  }
  const body = collector ? collector.finish() : new MemoryBody(Buffer.concat(chunks));
  return { body, discard: async () => collector?.discard() };
}
