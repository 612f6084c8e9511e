/**
 * Matches a filter pattern's regular expression in time linear in the text, whatever the expression: JavaScript's own
 * engine backtracks (`.*x.*y.*z` over a megabyte would stand still). This one keeps, as bits, the set of all places at
 * which the expression can be: each character moves the bits of the places that accept it one on ("Shift-And"), and bits
 * on places that may be left out run on to the next ones.
 */
import { contains, type Regex, type RegexItem } from './regex.ts';

interface Position {
  /** What the place waits for; `matched` waits for nothing, there the expression is over. */
  readonly kind: RegexItem['kind'] | 'matched';
  readonly accepts: (codePoint: number) => boolean;
  readonly optional: boolean;
  readonly loops: boolean;
}

const ASCII = 128;
const WORD_BITS = 32;
const NOTHING = (): boolean => false;

/** Bits over all positions. */
type Bits = Int32Array;

export class RegexMatcher {
  readonly #positions: readonly Position[];
  readonly #words: number;
  readonly #starts: Bits;
  readonly #loops: Bits;
  readonly #final: Bits;
  /** Where bits run on without a character: in the text, at its begin, at its end, at both. */
  readonly #runs: readonly Run[];
  /** By character, all past ASCII together (no set tells those apart): the places that accept it. */
  readonly #accepting: (Bits | undefined)[] = [];

  constructor({ alternatives }: Regex) {
    const positions: Position[] = [];
    const starts = new Set<number>();
    for (const items of alternatives) {
      starts.add(positions.length);
      for (const item of items) positions.push(...positionsOf(item));
      positions.push({ kind: 'matched', accepts: NOTHING, optional: false, loops: false });
    }
    this.#positions = positions;
    this.#words = Math.ceil(positions.length / WORD_BITS);
    this.#starts = this.#bits((_, index) => starts.has(index));
    this.#loops = this.#bits(({ loops }) => loops);
    this.#final = this.#bits(({ kind }) => kind === 'matched');
    this.#runs = [[], ['begin'], ['end'], ['begin', 'end']].map(
      (passing) => new Run(this.#bits(({ kind, optional }) => optional || passing.includes(kind))),
    );
  }

  /** Whether the expression matches anywhere in the text. */
  matches(text: string): boolean {
    const [within, atBegin, atEnd, atBoth] = this.#runs as readonly [Run, Run, Run, Run];
    const state = Int32Array.from(this.#starts);
    (text === '' ? atBoth : atBegin).through(state);
    for (let at = 0; at < text.length; at += 1) {
      if (this.#isOver(state)) return true;
      const unit = text.charCodeAt(at);
      // A pair of surrogates is one character.
      if ((unit & 0xfc00) === 0xd800 && (text.charCodeAt(at + 1) & 0xfc00) === 0xdc00) at += 1;
      this.#step(state, this.#acceptingOf(Math.min(unit, ASCII)));
      within.through(state);
    }
    atEnd.through(state);
    return this.#isOver(state);
  }

  #step(state: Bits, accepting: Bits): void {
    let carry = 0;
    for (let word = 0; word < this.#words; word += 1) {
      const accepted = (state[word] ?? 0) & (accepting[word] ?? 0);
      state[word] = (accepted << 1) | carry | (accepted & (this.#loops[word] ?? 0)) | (this.#starts[word] ?? 0);
      carry = accepted >>> 31;
    }
  }

  #isOver(state: Bits): boolean {
    for (let word = 0; word < this.#words; word += 1) {
      if (((state[word] ?? 0) & (this.#final[word] ?? 0)) !== 0) return true;
    }
    return false;
  }

  #acceptingOf(character: number): Bits {
    return (this.#accepting[character] ??= this.#bits(({ accepts }) => accepts(character)));
  }

  #bits(holds: (position: Position, index: number) => boolean): Bits {
    const bits = new Int32Array(this.#words);
    for (const [index, position] of this.#positions.entries()) {
      const word = Math.floor(index / WORD_BITS);
      if (holds(position, index)) bits[word] = (bits[word] ?? 0) | (1 << (index % WORD_BITS));
    }
    return bits;
  }
}

/** Places that bits pass without a character. Within a word a bit gets through a row of them in five doubling strides. */
class Run {
  /** For each stride 1, 2, 4, 8, 16: the places from which so many can be passed at once. */
  readonly #strides: readonly { readonly stride: number; readonly from: Bits }[];
  readonly #passable: Bits;

  constructor(passable: Bits) {
    this.#passable = passable;
    let from = passable;
    this.#strides = [1, 2, 4, 8, 16].map((stride) => {
      const here = { stride, from };
      from = from.map((bits) => bits & (bits >>> stride));
      return here;
    });
  }

  through(state: Bits): void {
    let carry = 0;
    for (let word = 0; word < state.length; word += 1) {
      let bits = (state[word] ?? 0) | carry;
      for (const { stride, from } of this.#strides) bits |= (bits & (from[word] ?? 0)) << stride;
      state[word] = bits;
      carry = (bits & (this.#passable[word] ?? 0)) >>> 31;
    }
  }
}

/** An item with its count written out: `a{2,4}` is a, a, a?, a?; `a{2,}` is a, a, a*. */
function positionsOf(item: RegexItem): Position[] {
  if (item.kind !== 'characters') return [{ kind: item.kind, accepts: NOTHING, optional: false, loops: false }];
  const { set, min, max } = item;
  const accepts = (codePoint: number): boolean => contains(set, codePoint);
  const position = (optional: boolean, loops: boolean): Position => ({ kind: 'characters', accepts, optional, loops });
  return [
    ...Array.from({ length: min }, () => position(false, false)),
    ...(max === undefined ? [position(true, true)] : Array.from({ length: max - min }, () => position(true, false))),
  ];
}
