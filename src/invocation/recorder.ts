/** Writes the begin and the end of model calls into the journal (house plan, decision 1). */
import { OperationalError, type Semaphore } from '#base';
import { type MissedEntries } from '#audit';
import type { Journal, OpenEntries, OpenEntry, Reservation, SpoolWriter } from '#journal';
import {
  attachmentsOf,
  type DataObject,
  encodeInvocationBegin,
  encodeInvocationEnd,
  ENTRY_KIND,
  type InvocationBegin,
  type InvocationEnd,
  type InvocationFacts,
  type Modalities,
  renderInvocation,
  type RequestContent,
  type ResponseContent,
  type WrittenBegin,
  writtenBegin,
} from '#records';
import type { Emit } from '#telemetry';
import { ApiError } from '#wire';
import type { ThinnedRequest } from './thinned-request.ts';

/** What an end entry takes on disk at most besides the request, which is known when the call begins. */
const END_RESERVE_BYTES = 256 * 1024;
/** Data objects up to this size travel inside the entry, larger ones in the spool. */
const INLINE_OBJECT_BYTES_MAX = 256 * 1024;

export interface RecorderOptions {
  readonly journal: Journal;
  readonly openCalls: OpenEntries;
  readonly emit: Emit;
  /** Counts what could not be written, under `serve`. */
  readonly missed: MissedEntries;
  /** `refuse`: a call whose record cannot be written is refused; `serve`: it is served and counted. */
  readonly onFailure: 'refuse' | 'serve';
  readonly modalitiesOf: (modelId: string) => Modalities;
  /** One permit a byte, for bodies that must be parsed whole. */
  readonly bodyMemory: Semaphore;
}

/** A begun call: what its end needs. `open` is undefined when its begin could not be written under `serve`. */
export interface BegunCall {
  readonly begin: InvocationBegin;
  /** As its entry has it, which that of its end repeats. */
  readonly written: WrittenBegin;
  readonly open: OpenEntry | undefined;
  readonly reservation: Reservation | undefined;
}

export class Recorder {
  readonly #options: RecorderOptions;

  constructor(options: RecorderOptions) {
    this.#options = options;
  }

  /** @throws {ApiError} ServiceUnavailableException when the journal cannot be written and calls are to be refused */
  async begin(begin: InvocationBegin, requestBytes: number): Promise<BegunCall> {
    const { journal, openCalls } = this.#options;
    const open = openCalls.opening();
    const written = writtenBegin(begin);
    let reservation: Reservation | undefined;
    try {
      reservation = await journal.reserve(END_RESERVE_BYTES + requestBytes);
      open.sequence = await journal.append(
        { kind: ENTRY_KIND.invocationBegin, payload: encodeInvocationBegin(written) },
        { until: 'written' },
      );
      this.#options.missed.tell();
      return { begin, written, open, reservation };
    } catch (error) {
      reservation?.release();
      openCalls.ended(open);
      // Under `serve` the call goes on; whether it is missed is known at its end.
      if (this.#options.onFailure === 'refuse' || !(error instanceof OperationalError)) this.#failed(error);
      return { begin, written, open: undefined, reservation: undefined };
    }
  }

  /**
   * Writes the end and resolves when it is durable; the call's last byte may leave then.
   * @throws {ApiError} ServiceUnavailableException when it cannot be written and calls are to be refused
   */
  async end(
    call: BegunCall,
    facts: InvocationFacts,
    request: RequestContent,
    response: ResponseContent,
    thinned?: ThinnedRequest,
  ): Promise<void> {
    const spilled: SpoolWriter[] = [];
    try {
      const rendered = this.#render(facts, request, response);
      const restored = thinned ? await thinned.restore(rendered, this.#options.journal.spool, spilled) : rendered;
      await this.#append(call, await this.#externalise(restored, spilled));
      this.#options.missed.tell();
    } catch (error) {
      this.#failed(error);
    } finally {
      // Those that the entry names stay.
      for (const writer of spilled) await writer.discard();
      call.reservation?.release();
      if (call.open) this.#options.openCalls.ended(call.open);
    }
  }

  #render(facts: InvocationFacts, request: RequestContent, response: ResponseContent): InvocationEnd {
    const modalities = this.#options.modalitiesOf(facts.begin.modelId);
    return { facts, ...renderInvocation({ facts, request, response, modalities }) };
  }

  async #append(call: BegunCall, end: InvocationEnd): Promise<void> {
    const { logging, audit } = call.begin;
    const routes = new Set(audit?.routes);
    for (const route of logging?.lineRoutes ?? []) routes.add(route);
    if (end.dataObjects.length > 0 && logging?.data) routes.add(logging.data.route);
    await this.#options.journal.append(
      {
        kind: ENTRY_KIND.invocationEnd,
        routes: [...routes],
        payload: encodeInvocationEnd(end, call.written),
        attachments: attachmentsOf(end),
      },
      call.reservation ? { reservation: call.reservation } : {},
    );
  }

  /** Moves large data objects into the spool: entries stay small, and readers stream what is large. */
  async #externalise(end: InvocationEnd, spilled: SpoolWriter[]): Promise<InvocationEnd> {
    if (!end.dataObjects.some(({ bytes }) => (bytes?.length ?? 0) > INLINE_OBJECT_BYTES_MAX)) return end;
    const dataObjects: DataObject[] = [];
    for (const object of end.dataObjects) {
      const { bytes, ...rest } = object;
      if (!bytes || bytes.length <= INLINE_OBJECT_BYTES_MAX) {
        dataObjects.push(object);
        continue;
      }
      const writer = await this.#options.journal.spool.create();
      spilled.push(writer);
      await writer.write(bytes);
      await writer.commit();
      dataObjects.push({ ...rest, attachment: writer.id });
    }
    return { ...end, dataObjects };
  }

  #failed(error: unknown): void {
    if (!(error instanceof OperationalError)) throw error;
    if (this.#options.onFailure === 'serve') {
      this.#options.missed.note();
      return;
    }
    this.#options.emit({ name: 'record-refused', reason: error.reason, detail: `${error.message}. ${error.remedy}` });
    throw new ApiError(
      'ServiceUnavailableException',
      'The service is temporarily unavailable: the call cannot be recorded.',
      { status: 503, cause: error },
    );
  }
}
