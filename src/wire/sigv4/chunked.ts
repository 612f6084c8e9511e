/**
 * Undoes S3's aws-chunked encoding while a body flows.
 *
 *   body     chunk* last-chunk trailer* CRLF
 *   chunk    SIZE(hex) [";chunk-signature=" 64 hex] CRLF  SIZE bytes  CRLF
 *   last     the same with size 0 and no bytes
 *   trailer  name ":" value CRLF, the last one `x-amz-trailer-signature` when the body is signed
 *
 * A signed chunk is handed on only once its signature is right; an unsigned one as it comes. The stream ends well
 * only when length, signatures, trailers and their checksum are right; else it ends with an error that is AWS's
 * answer, so whoever stores the bytes must not commit them before the stream's end.
 *
 * Client quirks: the trailer of AWS's own example ends its line with LF only; some clients put a blank line before
 * the trailers, or leave out the last CRLF. All are taken.
 * By design: S3 refuses chunks under 8 KiB that are not the last; here they are taken.
 */
import { createHash, type Hash } from 'node:crypto';
import { type Readable, Transform, type TransformCallback } from 'node:stream';
import {
  type ChecksumAlgorithm,
  checksumAlgorithmOfHeader,
  createChecksum,
  isChecksumValue,
  type RunningChecksum,
} from '#base';
import { ApiError } from '../errors.ts';
import type { RequestHead } from '../types.ts';
import { BodySignatures } from './chunk-signatures.ts';
import { incomplete, malformed, malformedTrailer } from './chunked-errors.ts';
import { AuthenticationFailure } from './failure.ts';
import type { VerifiedRequest } from './verify.ts';

/** A signed chunk is held until its signature is checked; the SDKs' have 64 KiB to 1 MiB. */
const SIGNED_CHUNK_BYTES_MAX = 8 * 1024 * 1024;
/** A chunk's head, or one trailer. */
const LINE_BYTES_MAX = 4_096;
const TRAILERS_MAX = 16;
const TRAILER_SIGNATURE = 'x-amz-trailer-signature';
const LF = 0x0a;
const NO_TRAILERS: ReadonlyMap<string, string> = new Map();

/**
 * A decoder for the body of a verified request whose payload is `chunked`.
 * @param word makes the answer to a wrong chunk signature
 * @throws {ApiError} MissingContentLength when the decoded length is not declared
 */
export function createChunkedDecoder(
  verified: VerifiedRequest,
  head: RequestHead,
  word: (failure: AuthenticationFailure) => Error,
): Transform {
  const declared = head.headers['x-amz-decoded-content-length']?.trim() ?? '';
  if (!/^\d{1,15}$/.test(declared)) {
    throw new ApiError('MissingContentLength', 'You must provide the Content-Length HTTP header.', { status: 411 });
  }
  const signed = verified.payload.kind === 'chunked' && verified.payload.signed;
  const names = (head.headers['x-amz-trailer'] ?? '').toLowerCase().split(',');
  return new ChunkedDecoder({
    decodedBytes: Number(declared),
    signatures: signed ? new BodySignatures(verified.chain) : undefined,
    trailerNames: new Set(names.map((name) => name.trim()).filter((name) => name !== '')),
    word,
  });
}

/** The trailers of a body that has been read to its end: empty unless it came with trailers. */
export function trailersOf(stream: Readable | undefined): ReadonlyMap<string, string> {
  return stream instanceof ChunkedDecoder ? stream.trailers : NO_TRAILERS;
}

interface ChunkedBody {
  readonly decodedBytes: number;
  /** Undefined: the chunks are not signed. */
  readonly signatures: BodySignatures | undefined;
  /** Declared by `x-amz-trailer`. */
  readonly trailerNames: ReadonlySet<string>;
  readonly word: (failure: AuthenticationFailure) => Error;
}

type State = 'head' | 'data' | 'data-end' | 'trailers' | 'done';

class ChunkedDecoder extends Transform {
  readonly trailers = new Map<string, string>();
  readonly #body: ChunkedBody;
  readonly #checksums: ReadonlyMap<ChecksumAlgorithm, RunningChecksum>;
  #state: State = 'head';
  /** An unfinished line. */
  #line: Buffer = Buffer.alloc(0);
  #chunkBytesLeft = 0;
  #chunkSignature = '';
  #chunkHash: Hash = createHash('sha256');
  #chunkPieces: Buffer[] = [];
  #decodedBytes = 0;

  constructor(body: ChunkedBody) {
    super();
    this.#body = body;
    const algorithms = [...body.trailerNames].flatMap((name) => checksumAlgorithmOfHeader(name) ?? []);
    this.#checksums = new Map(algorithms.map((algorithm) => [algorithm, createChecksum(algorithm)]));
  }

  override _transform(bytes: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    try {
      this.#take(bytes);
      done();
    } catch (error) {
      done(this.#worded(error));
    }
  }

  override _flush(done: TransformCallback): void {
    void this.#end(done);
  }

  async #end(done: TransformCallback): Promise<void> {
    let failure: Error | undefined;
    try {
      await this.#finish();
    } catch (error) {
      failure = this.#worded(error);
    }
    done(failure);
  }

  #worded(error: unknown): Error {
    if (error instanceof AuthenticationFailure) return this.#body.word(error);
    return error instanceof Error ? error : new Error(String(error));
  }

  #take(bytes: Buffer): void {
    let at = 0;
    while (at < bytes.length) {
      if (this.#state === 'data') {
        const piece = bytes.subarray(at, at + this.#chunkBytesLeft);
        at += piece.length;
        this.#takeData(piece);
        continue;
      }
      const end = bytes.indexOf(LF, at);
      const rest = bytes.subarray(at, end < 0 ? bytes.length : end);
      if (this.#line.length + rest.length > LINE_BYTES_MAX) throw malformed();
      this.#line = Buffer.concat([this.#line, rest]);
      if (end < 0) return;
      at = end + 1;
      const line = this.#line.toString('latin1').replace(/\r$/, '');
      this.#line = Buffer.alloc(0);
      this.#takeLine(line);
    }
  }

  #takeLine(line: string): void {
    if (this.#state === 'head') return this.#beginChunk(line);
    if (this.#state === 'trailers') return this.#takeTrailer(line);
    // After a chunk's bytes, and after the end, there may be nothing but the end of the line.
    if (line !== '') throw malformed();
    if (this.#state === 'data-end') this.#state = 'head';
  }

  #beginChunk(line: string): void {
    const match = /^([0-9a-fA-F]{1,12})(?:;chunk-signature=([0-9a-f]{64}))?$/.exec(line.trim());
    if (!match) throw malformed();
    const [, size = '', signature] = match;
    this.#chunkBytesLeft = Number.parseInt(size, 16);
    if (this.#body.signatures) {
      if (signature === undefined) throw new AuthenticationFailure('bad-signature');
      if (this.#chunkBytesLeft > SIGNED_CHUNK_BYTES_MAX) throw malformed();
      this.#chunkSignature = signature;
      this.#chunkHash = createHash('sha256');
    }
    this.#decodedBytes += this.#chunkBytesLeft;
    if (this.#decodedBytes > this.#body.decodedBytes) throw incomplete();
    if (this.#chunkBytesLeft > 0) {
      this.#state = 'data';
      return;
    }
    this.#endChunk();
    this.#state = 'trailers';
  }

  #takeData(piece: Buffer): void {
    this.#chunkBytesLeft -= piece.length;
    if (this.#body.signatures) {
      this.#chunkHash.update(piece);
      this.#chunkPieces.push(piece);
    } else {
      this.#handOn(piece);
    }
    if (this.#chunkBytesLeft > 0) return;
    this.#endChunk();
    this.#state = 'data-end';
  }

  #endChunk(): void {
    this.#body.signatures?.checkChunk(this.#chunkHash.digest('hex'), this.#chunkSignature);
    for (const piece of this.#chunkPieces) this.#handOn(piece);
    this.#chunkPieces = [];
  }

  #handOn(piece: Buffer): void {
    for (const checksum of this.#checksums.values()) checksum.update(piece);
    this.push(piece);
  }

  #takeTrailer(line: string): void {
    if (line === '') {
      const awaited = this.trailers.size === 0 && this.#body.trailerNames.size > 0;
      if (!awaited) this.#state = 'done';
      return;
    }
    const colon = line.indexOf(':');
    const name = line.slice(0, Math.max(colon, 0)).trim().toLowerCase();
    const known = this.#body.trailerNames.has(name) || (name === TRAILER_SIGNATURE && this.#body.signatures);
    if (!known || this.trailers.has(name) || this.trailers.size >= TRAILERS_MAX) throw malformedTrailer();
    this.trailers.set(name, line.slice(colon + 1).trim());
  }

  async #finish(): Promise<void> {
    // A last line without its end is taken as ended.
    const inLines = this.#state === 'trailers' || this.#state === 'done';
    if (this.#line.length > 0 && inLines) this.#take(Buffer.of(LF));
    if (this.#state !== 'trailers' && this.#state !== 'done') throw incomplete();
    if (this.#decodedBytes !== this.#body.decodedBytes) throw incomplete();
    this.#checkTrailerSignature();
    for (const name of this.#body.trailerNames) if (!this.trailers.has(name)) throw malformedTrailer();
    for (const [algorithm, checksum] of this.#checksums) await this.#checkChecksum(algorithm, checksum);
  }

  #checkTrailerSignature(): void {
    const signature = this.trailers.get(TRAILER_SIGNATURE);
    this.trailers.delete(TRAILER_SIGNATURE);
    if (!this.#body.signatures || this.#body.trailerNames.size === 0) return;
    const canonical = [...this.trailers].map(([name, value]) => `${name}:${value}\n`).join('');
    this.#body.signatures.checkTrailer(canonical, signature ?? '');
  }

  async #checkChecksum(algorithm: ChecksumAlgorithm, checksum: RunningChecksum): Promise<void> {
    const name = `x-amz-checksum-${algorithm.toLowerCase()}`;
    const value = this.trailers.get(name) ?? '';
    if (!isChecksumValue(algorithm, value)) {
      throw new ApiError('InvalidRequest', `Value for ${name} trailing header is invalid.`, { status: 400 });
    }
    if ((await checksum.digest()).toString('base64') !== value) {
      throw new ApiError('BadDigest', `The ${algorithm} you specified did not match the calculated checksum.`, {
        status: 400,
      });
    }
  }
}
