/** How many cells of a terminal a text takes, and cutting it to so many. */

/** East Asian wide and fullwidth, without those that are emoji anyway. (Unicode UAX #11.) */
const WIDE =
  /[\u1100-\u115f\u2329\u232a\u2e80-\u303e\u3041-\u4dbf\u4e00-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{16fe0}-\u{18dff}\u{1aff0}-\u{1b2ff}\u{1f200}-\u{1f2ff}\u{20000}-\u{3fffd}]/u;
/** Marks that stand on the letter before them, and what is not seen at all. */
const NO_WIDTH = /^[\p{Mn}\p{Me}\p{Cf}\u1160-\u11ff]$/u;
const EMOJI = /\p{Emoji_Presentation}|\p{Emoji}\ufe0f/u;
const ASCII = /^[ -~]*$/;

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/**
 * Cells of a text that {@link shown} made; an emoji takes two however many code points it is made of.
 * @param max counting ends past it: of a long text only the beginning is looked at
 */
export function widthOf(text: string, max = Infinity): number {
  const start = text.length > max * CODE_UNITS_MAX ? text.slice(0, max * CODE_UNITS_MAX) : text;
  if (ASCII.test(start)) return start.length;
  let width = 0;
  for (const { segment } of graphemes.segment(start)) {
    width += cellsOf(segment);
    if (width > max) break;
  }
  return width;
}

/** A cell holds few code units; a text of nothing but marks is cut too early rather than looked at whole. */
const CODE_UNITS_MAX = 32;

/** The text, or as much of its beginning as fits with a … behind it. */
export function cut(text: string, width: number): string {
  if (widthOf(text, width) <= width && text.length <= width * CODE_UNITS_MAX) return text;
  if (width <= 0) return '';
  let [taken, cells] = [0, 0];
  for (const { segment, index } of graphemes.segment(text.slice(0, width * CODE_UNITS_MAX))) {
    cells += cellsOf(segment);
    if (cells > width - 1) break;
    taken = index + segment.length;
  }
  return `${text.slice(0, taken)}…`;
}

/** The text with spaces behind it, or before it, until it takes `width` cells. */
export function padded(text: string, width: number, side: 'left' | 'right' = 'left'): string {
  const spaces = ' '.repeat(Math.max(0, width - widthOf(text, width)));
  return side === 'left' ? text + spaces : spaces + text;
}

function cellsOf(grapheme: string): number {
  if (EMOJI.test(grapheme)) return 2;
  let cells = 0;
  for (const character of grapheme) cells += NO_WIDTH.test(character) ? 0 : WIDE.test(character) ? 2 : 1;
  return cells;
}
