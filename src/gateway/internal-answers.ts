/** Answers of the paths under `/_varve/`. */
import type { WireResponse } from '#wire';

export function json(status: number, value: Record<string, unknown>): WireResponse {
  return { status, headers: { 'content-type': 'application/json' }, body: `${JSON.stringify(value)}\n` };
}

export function text(status: number, body: string): WireResponse {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8' }, body };
}
