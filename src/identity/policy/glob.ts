/**
 * Matching of `*` (any characters) and `?` (any one) as policies use it. The pieces between stars are looked for
 * from left to right and never tried again, so a match costs at most text × pattern steps, whatever the pattern.
 */

const ANY_ONE = -1;

/** Code units between the stars; `ANY_ONE` stands for `?`. A pattern without a star has one piece. */
export type Glob = readonly (readonly number[])[];

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
  return pieces;
}

/** A glob of plain pattern text. */
export function globOf(pattern: string): Glob {
  return compileGlob([{ text: pattern, literal: false }]);
}

export function matchesGlob(glob: Glob, text: string): boolean {
  const first = glob[0] ?? [];
  if (glob.length === 1) return first.length === text.length && fitsAt(first, text, 0);
  const last = glob[glob.length - 1] ?? [];
  if (first.length + last.length > text.length || !fitsAt(first, text, 0)) return false;
  const end = text.length - last.length;
  if (!fitsAt(last, text, end)) return false;
  let at = first.length;
  for (let index = 1; index < glob.length - 1; index += 1) {
    const piece = glob[index] ?? [];
    while (at + piece.length <= end && !fitsAt(piece, text, at)) at += 1;
    if (at + piece.length > end) return false;
    at += piece.length;
  }
  return true;
}

function fitsAt(piece: readonly number[], text: string, start: number): boolean {
  for (let at = 0; at < piece.length; at += 1) {
    const unit = piece[at];
    if (unit !== ANY_ONE && unit !== text.charCodeAt(start + at)) return false;
  }
  return true;
}
