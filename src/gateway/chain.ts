/**
 * The request path: one ordered list. Each step either fills in the exchange or throws; what is thrown is encoded once,
 * at the end, in the protocol of the call.
 *
 * Why this order: the operation is known first, so that every refusal is worded in its protocol; a caller with an
 * unknown key or a wrong signature is refused before the body is read; nothing is decoded of a request whose
 * signature does not hold; what the caller may do hangs on the input, so it is judged after that; what is about to be
 * changed is noted in the journal before the handler does it. (What ends the audit stands around the chain: `auditing/audit.ts`.)
 */
import { openAudit } from './auditing/index.ts';
import type { GatewayDependencies, Step } from './deps.ts';
import type { Exchange } from './exchange.ts';
import { noteKeyUse, resolveCaller, verifyBody, verifyHead } from './steps/authenticate.ts';
import { authorize } from './steps/authorize.ts';
import { decode } from './steps/decode.ts';
import { handle } from './steps/handle.ts';
import { receiveBody } from './steps/receive.ts';
import { findOperation } from './steps/route.ts';

export const CHAIN: readonly Step[] = [
  findOperation,
  resolveCaller,
  verifyHead,
  receiveBody,
  verifyBody,
  noteKeyUse,
  decode,
  authorize,
  openAudit,
  handle,
];

export async function runChain(exchange: Exchange, gateway: GatewayDependencies): Promise<void> {
  for (const step of CHAIN) {
    const waiting = step(exchange, gateway);
    if (waiting) await waiting;
  }
}
