/** What callers know: which calls and log events were sent, and what became of each as far as its caller can tell. */

export type Operation = 'Converse' | 'ConverseStream' | 'InvokeModel' | 'InvokeModelWithResponseStream';

/**
 * `acknowledged`: the whole answer came. `failed`: the model's error came. `left`: the caller went away in the middle.
 * `cut`: the connection broke at a kill. `in-flight`: not over yet.
 */
export type Fate = 'in-flight' | 'acknowledged' | 'failed' | 'left' | 'cut';

export interface Call {
  /** In the request's metadata and its prompt. */
  readonly name: string;
  readonly operation: Operation;
  readonly promptChars: number;
  /** What the model says; absent: the prompt. */
  readonly answerChars: number | undefined;
  /** The model is told to fail. */
  readonly fails: boolean;
  readonly round: number;
  /** Known from the head of the answer on. */
  requestId: string | undefined;
  fate: Fate;
}

export interface SentEvents {
  readonly messages: readonly string[];
  readonly round: number;
  fate: 'in-flight' | 'acknowledged' | 'cut';
}

/** An API call that changes something. */
export interface Change {
  readonly userName: string;
  requestId: string;
  fate: 'in-flight' | 'acknowledged' | 'cut';
}

export function isStream(operation: Operation): boolean {
  return operation === 'ConverseStream' || operation === 'InvokeModelWithResponseStream';
}

export class Ledger {
  readonly calls = new Map<string, Call>();
  readonly events: SentEvents[] = [];
  readonly changes: Change[] = [];
  /** Those in which the gateway was killed. */
  readonly brokenRounds = new Set<number>();
  /** What must never happen: errors nobody asked for, wrong answers, connections that broke without a kill. */
  readonly complaints: string[] = [];

  count(fate: Fate): number {
    return this.calls.values().reduce((sum, call) => sum + (call.fate === fate ? 1 : 0), 0);
  }
}

const FILLER = 'abcdefghijklmnopqrstuvwxyz0123456789';
/** Long, so that a stream of a large answer has few frames. */
const WORD_CHARS = 6_000;

/** The text that belongs to a name and a length: made again when it is compared. */
export function textOf(name: string, chars: number): string {
  const word = FILLER.repeat(Math.ceil(WORD_CHARS / FILLER.length)).slice(0, WORD_CHARS);
  let text = `${name} asks what a varve is.`;
  while (text.length < chars) text += ` ${word}`;
  return text.slice(0, Math.max(chars, name.length));
}

export function promptOf({ name, promptChars }: Call): string {
  return textOf(name, promptChars);
}

export function answerOf(call: Call): string {
  return call.answerChars === undefined ? promptOf(call) : textOf(`answer ${call.name}`, call.answerChars);
}
