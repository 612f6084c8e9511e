/**
 * The audit wraps the chain from outside (house plan, decision 8): whatever becomes of a request, its event is durable before
 * the reply leaves. What changes something has a begin too, before the handler does it.
 *
 * Requests whose signature does not hold leave no event, as on AWS: nobody knows whose they are.
 */
import { responseElementsOf } from '#audit';
import { ApiError } from '#wire';
import type { GatewayDependencies, Step } from '../deps.ts';
import type { Exchange } from '../exchange.ts';
import { errorOf } from './error-of.ts';
import { type DueEvent, eventsOf, ruleOf } from './events.ts';

/** Describes the request, and notes durably that something is about to be changed. */
export const openAudit: Step = (exchange, gateway) => {
  const events = eventsOf(exchange, gateway);
  exchange.audit = events;
  const rule = ruleOf(exchange, gateway)?.rule;
  if (!events || !rule || (rule.readOnly && !exchange.operation?.answersLate)) return undefined;
  return begin(events, gateway);
};

async function begin(events: readonly DueEvent[], { auditor }: GatewayDependencies): Promise<void> {
  await Promise.all(
    events.map(async (event) => {
      event.open = await auditor.begin(event.begin);
    }),
  );
}

/** Keeps what the event tells of an output: the output itself is soon gone. */
export function noteOutput(exchange: Exchange, gateway: GatewayDependencies, outputOf: () => unknown): void {
  const { route } = exchange;
  const found = ruleOf(exchange, gateway);
  if (!found || !route || found.rule.response === 'none') return;
  const output = outputOf();
  if (typeof output !== 'object' || output === null) return;
  exchange.responseElements = responseElementsOf(
    found.table,
    found.rule,
    route.operation,
    output as Record<string, unknown>,
  );
}

/**
 * Appends the event of a request that was answered or refused.
 * @throws {OperationalError} `journal-unwritable`: the reply must not leave
 */
export function concludeAudit(exchange: Exchange, gateway: GatewayDependencies): Promise<unknown> | undefined {
  const events = exchange.audit ?? eventsOf(exchange, gateway);
  const unsettled = events?.filter(({ isSettled }) => !isSettled) ?? [];
  if (unsettled.length === 0) return undefined;
  for (const event of unsettled) event.isSettled = true;
  const { error, responseElements } = exchange;
  const end = {
    endedMs: gateway.clock.nowMs(),
    ...errorOf(error, exchange.route, ruleOf(exchange, gateway)?.rule),
    // Whatever the service calls it.
    ...(exchange.isDenied && { errorCode: 'AccessDenied' }),
    responseElements: error ? null : (responseElements ?? null),
  };
  return Promise.all(unsettled.map(({ begin, open }) => gateway.auditor.end(begin, end, open)));
}

/** The frames of an answer that is over only when they are: its event is durable before the stream ends. */
export async function* auditedFrames(
  exchange: Exchange,
  gateway: GatewayDependencies,
  frames: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  try {
    yield* frames;
  } catch (error) {
    exchange.error ??= error instanceof ApiError ? error : new ApiError('InternalFailure', 'The answer broke off.');
    throw error;
  } finally {
    await concludeAudit(exchange, gateway);
  }
}
