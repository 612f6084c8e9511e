/**
 * Matching of `*` (any characters) and `?` (any one) as policies use it. The pieces between stars are looked for
 * from left to right and never tried again, so a match costs at most text × pattern steps, whatever the pattern.
 */

const ANY_ONE = -1;

/** Text between two stars: plain, or code units where `ANY_ONE` stands for `?`. */
type Piece = string | readonly number[];

/** What stands between the stars. A pattern without a star has one piece. */
export type Glob = readonly Piece[];

/** A part of a pattern: text where `*` and `?` are wild, or text that stands for itself. */
export interface PatternPart {
  readonly text: string;
  readonly literal: boolean;
}

export function compileGlob(parts: readonly PatternPart[]): Glob {
  let piece: number[] = [];
  const pieces = [piece];
  for (const { text, literal } of parts) {
    for (let at = 0; at < text.length; at += 1) {
      const unit = text.charCodeAt(at);
      if (!literal && unit === 0x2a) pieces.push((piece = []));
      else piece.push(!literal && unit === 0x3f ? ANY_ONE : unit);
    }
  }
  return pieces.map(plainWhereItCan);
}

/** A glob of plain pattern text. */
export function globOf(pattern: string): Glob {
  // Most patterns of policies have no wildcard at all, or a star at the end.
  return pattern.includes('?') ? compileGlob([{ text: pattern, literal: false }]) : pattern.split('*');
}

export function matchesGlob(glob: Glob, text: string): boolean {
  const first = glob[0] ?? '';
  if (glob.length === 1) return first.length === text.length && fitsAt(first, text, 0);
  const last = glob[glob.length - 1] ?? '';
  if (first.length + last.length > text.length || !fitsAt(first, text, 0)) return false;
  const end = text.length - last.length;
  if (!fitsAt(last, text, end)) return false;
  let at = first.length;
  for (let index = 1; index < glob.length - 1; index += 1) {
    const piece = glob[index] ?? '';
    const found = findFrom(piece, text, at);
    if (found < 0 || found + piece.length > end) return false;
    at = found + piece.length;
  }
  return true;
}

/** Native search is much quicker than comparing code units one by one. */
function plainWhereItCan(piece: readonly number[]): Piece {
  return piece.includes(ANY_ONE) ? piece : piece.map((unit) => String.fromCharCode(unit)).join('');
}

function findFrom(piece: Piece, text: string, start: number): number {
  if (typeof piece === 'string') return text.indexOf(piece, start);
  for (let at = start; at + piece.length <= text.length; at += 1) {
    if (fitsAt(piece, text, at)) return at;
  }
  return -1;
}

function fitsAt(piece: Piece, text: string, start: number): boolean {
  if (typeof piece === 'string') return text.startsWith(piece, start);
  for (let at = 0; at < piece.length; at += 1) {
    const unit = piece[at];
    if (unit !== ANY_ONE && unit !== text.charCodeAt(start + at)) return false;
  }
  return true;
}
