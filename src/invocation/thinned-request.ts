/**
 * Large Converse bodies for their record: the thin text is rendered, and the long strings get into its data objects from the
 * spill file, so that no body is ever whole in memory.
 */
import { Base64Decoder, type CutString, cutOfDecoded, expandThin, type ThinJson } from '#base';
import type { Spool, SpooledBody, SpoolWriter } from '#journal';
import type { DataObject, InvocationEnd } from '#records';

export class ThinnedRequest {
  readonly #body: SpooledBody;
  readonly #thin: ThinJson;

  constructor(body: SpooledBody, thin: ThinJson) {
    this.#body = body;
    this.#thin = thin;
  }

  /** What is rendered in place of the body. */
  get text(): Buffer {
    return this.#thin.text;
  }

  /** What was rendered, with its data objects as they would be of the whole body; `spilled` gets the files that were made. */
  async restore(end: InvocationEnd, spool: Spool, spilled: SpoolWriter[]): Promise<InvocationEnd> {
    const dataObjects: DataObject[] = [];
    for (const object of end.dataObjects) dataObjects.push(await this.#restoreObject(object, spool, spilled));
    // A prompt of which a part is missing is none.
    return { ...end, dataObjects, prompt: end.prompt.includes(this.#thin.mark) ? '' : end.prompt };
  }

  async #restoreObject(object: DataObject, spool: Spool, spilled: SpoolWriter[]): Promise<DataObject> {
    const { bytes, ...rest } = object;
    if (!bytes) return object;
    const media = cutOfDecoded(bytes, this.#thin);
    if (!media && !bytes.includes(this.#thin.mark)) return object;
    const writer = await spool.create();
    spilled.push(writer);
    if (media) await this.#writeDecoded(media, writer);
    else await this.#writeExpanded(bytes, writer);
    await writer.commit();
    return { ...rest, attachment: writer.id };
  }

  async #writeDecoded({ start, end }: CutString, writer: SpoolWriter): Promise<void> {
    const decoder = new Base64Decoder();
    await this.#body.each((chunk) => writer.write(decoder.decode(chunk)), start, end);
  }

  async #writeExpanded(bytes: Buffer, writer: SpoolWriter): Promise<void> {
    for (const piece of expandThin(bytes, this.#thin)) {
      if (Buffer.isBuffer(piece)) await writer.write(piece);
      else await this.#body.each((chunk) => writer.write(chunk), piece.start, piece.end);
    }
  }
}
