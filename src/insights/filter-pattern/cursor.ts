/** A place in a pattern's text that moves on as the text is read. */
import { invalidCharacter, type InvalidFilterPattern, invalidPattern } from './errors.ts';

const SPACE = /\s*/y;

export class Cursor {
  readonly text: string;
  /** UTF-16 offset of what comes next. */
  offset: number;
  /** Where the text ends for this reader. */
  readonly end: number;

  constructor(text: string, offset: number, end: number) {
    this.text = text;
    this.offset = offset;
    this.end = end;
  }

  get atEnd(): boolean {
    return this.offset >= this.end;
  }

  /** The next character; empty at the end. */
  get next(): string {
    return this.atEnd ? '' : String.fromCodePoint(this.text.codePointAt(this.offset) ?? 0);
  }

  skipSpace(): void {
    SPACE.lastIndex = this.offset;
    this.offset = Math.min(this.offset + (SPACE.exec(this.text)?.[0].length ?? 0), this.end);
  }

  /** Passes over the text when it comes next. */
  accept(wanted: string): boolean {
    if (!this.text.startsWith(wanted, this.offset) || this.offset + wanted.length > this.end) return false;
    this.offset += wanted.length;
    return true;
  }

  /** Passes over what a sticky expression matches here. */
  match(sticky: RegExp): RegExpExecArray | undefined {
    sticky.lastIndex = this.offset;
    const found = sticky.exec(this.text);
    if (!found || this.offset + found[0].length > this.end) return undefined;
    this.offset += found[0].length;
    return found;
  }

  /** The error for what comes next, whatever it is. */
  unexpected(expected: string): InvalidFilterPattern {
    return this.atEnd ? this.invalid(`${expected} is missing`) : invalidCharacter(this.next, this.offset);
  }

  invalid(what: string, start = this.offset): InvalidFilterPattern {
    return invalidPattern(what, { start, end: Math.max(start, this.offset) });
  }
}
