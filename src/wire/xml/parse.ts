/**
 * A small strict XML parser for request bodies: elements, attributes, text, CDATA; comments and processing
 * instructions are skipped. No DOCTYPE and so no entities beyond the five and character references: nothing can
 * expand, nothing is fetched. It is iterative and bounded in bytes, elements and depth.
 */
import { isUtf8 } from 'node:buffer';
import { hasForbidden } from './characters.ts';

/** An element. Names keep their prefix only in `attributes`; text is that of the element itself, joined. */
export interface XmlElement {
  /** The name without its prefix: clients choose prefixes as they like. */
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  readonly text: string;
}

/** Why a document is refused; callers get AWS's own text instead. */
export class XmlSyntaxError extends Error {
  override readonly name = 'XmlSyntaxError';
}

/** CompleteMultipartUpload with 10,000 parts and their checksums has about 3.5 MB and 80,000 elements. */
export const XML_BYTES_MAX = 8 * 1024 * 1024;
export const XML_ELEMENTS_MAX = 200_000;
export const XML_DEPTH_MAX = 100;
const ATTRIBUTES_MAX = 64;

interface OpenElement {
  readonly qualifiedName: string;
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: XmlElement[];
  text: string;
}

const NAME = /[A-Za-z_:\u0080-\uffff][-.\w:\u0080-\uffff]*/y;
const SPACE = /[ \t\r\n]+/y;
const NO_ATTRIBUTES: ReadonlyMap<string, string> = new Map();

/** Parses a document. @throws XmlSyntaxError when it is not well-formed, not UTF-8 or beyond a bound. */
export function parseXml(body: Buffer): XmlElement {
  if (body.length > XML_BYTES_MAX) throw new XmlSyntaxError('too long');
  if (!isUtf8(body)) throw new XmlSyntaxError('not UTF-8');
  let text = body.toString('utf8');
  if (text.charCodeAt(0) === 0xfeff) text = text.slice(1);
  if (hasForbidden(text)) throw new XmlSyntaxError('a character that XML forbids');
  return new Parser(text.includes('\r') ? text.replaceAll(/\r\n?/g, '\n') : text).document();
}

class Parser {
  readonly #source: string;
  readonly #open: OpenElement[] = [];
  #at = 0;
  #elements = 0;
  #root: XmlElement | undefined;

  constructor(source: string) {
    this.#source = source;
  }

  document(): XmlElement {
    while (this.#at < this.#source.length) this.#next();
    if (this.#open.length > 0 || !this.#root) throw new XmlSyntaxError('not complete');
    return this.#root;
  }

  #next(): void {
    const source = this.#source;
    const at = this.#at;
    if (source[at] !== '<') this.#text();
    else if (source[at + 1] === '/') this.#endTag();
    else if (source[at + 1] === '?') this.#skip('?>', 2);
    else if (source.startsWith('<!--', at)) this.#skip('-->', 4);
    else if (source.startsWith('<![CDATA[', at)) this.#cdata();
    else this.#startTag();
  }

  #text(): void {
    const end = this.#source.indexOf('<', this.#at);
    const raw = this.#source.slice(this.#at, end < 0 ? undefined : end);
    this.#append(unescapeXml(raw));
    this.#at += raw.length;
  }

  #append(text: string): void {
    const element = this.#open.at(-1);
    if (element) element.text += text;
    else if (text.trim() !== '') throw new XmlSyntaxError('text outside the root');
  }

  #cdata(): void {
    const start = this.#at + '<![CDATA['.length;
    this.#skip(']]>', '<![CDATA['.length);
    if (this.#open.length === 0) throw new XmlSyntaxError('CDATA outside the root');
    this.#append(this.#source.slice(start, this.#at - ']]>'.length));
  }

  #skip(terminator: string, from: number): void {
    const end = this.#source.indexOf(terminator, this.#at + from);
    if (end < 0) throw new XmlSyntaxError(`no ${terminator}`);
    this.#at = end + terminator.length;
  }

  #startTag(): void {
    this.#at += 1;
    const qualifiedName = this.#name();
    const attributes = this.#attributes();
    this.#elements += 1;
    if (this.#elements > XML_ELEMENTS_MAX) throw new XmlSyntaxError('too many elements');
    if (this.#open.length >= XML_DEPTH_MAX) throw new XmlSyntaxError('too deep');
    if (this.#root) throw new XmlSyntaxError('a second root');
    const name = qualifiedName.slice(qualifiedName.indexOf(':') + 1);
    this.#open.push({ qualifiedName, name, attributes, children: [], text: '' });
    if (this.#source[this.#at] === '/') {
      this.#at += 1;
      this.#expect('>');
      this.#close();
    } else {
      this.#expect('>');
    }
  }

  #attributes(): ReadonlyMap<string, string> {
    let attributes: Map<string, string> | undefined;
    for (;;) {
      const spaced = this.#match(SPACE) !== undefined;
      const next = this.#source[this.#at];
      if (next === '>' || next === '/') return attributes ?? NO_ATTRIBUTES;
      if (!spaced) throw new XmlSyntaxError('no space before an attribute');
      const name = this.#name();
      this.#match(SPACE);
      this.#expect('=');
      this.#match(SPACE);
      attributes ??= new Map();
      if (attributes.has(name) || attributes.size >= ATTRIBUTES_MAX) throw new XmlSyntaxError('attributes');
      attributes.set(name, this.#attributeValue());
    }
  }

  #attributeValue(): string {
    const quote = this.#source[this.#at];
    if (quote !== '"' && quote !== "'") throw new XmlSyntaxError('an attribute without quotes');
    const start = this.#at + 1;
    this.#skip(quote, 1);
    const raw = this.#source.slice(start, this.#at - 1);
    if (raw.includes('<')) throw new XmlSyntaxError('< in an attribute');
    return unescapeXml(raw.replaceAll(/[\t\n]/g, ' '));
  }

  #endTag(): void {
    this.#at += 2;
    const name = this.#name();
    this.#match(SPACE);
    this.#expect('>');
    if (this.#open.at(-1)?.qualifiedName !== name) throw new XmlSyntaxError('an end tag that closes nothing');
    this.#close();
  }

  #close(): void {
    const element = this.#open.pop();
    if (!element) throw new XmlSyntaxError('an end tag that closes nothing');
    const parent = this.#open.at(-1);
    if (parent) parent.children.push(element);
    else this.#root = element;
  }

  #name(): string {
    const name = this.#match(NAME);
    if (name === undefined) throw new XmlSyntaxError('a name was expected');
    return name;
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#source)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }

  #expect(character: string): void {
    if (this.#source[this.#at] !== character) throw new XmlSyntaxError(`${character} was expected`);
    this.#at += 1;
  }
}

const NAMED: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

function unescapeXml(raw: string): string {
  if (!raw.includes('&')) return raw;
  return raw.replaceAll(/&([^;&]{0,10});?/g, (whole, reference: string) => {
    const named = Object.hasOwn(NAMED, reference) ? NAMED[reference] : characterOf(reference);
    if (named === undefined || !whole.endsWith(';')) throw new XmlSyntaxError('an unknown entity');
    return named;
  });
}

function characterOf(reference: string): string | undefined {
  const [, hex, decimal] = /^#(?:x([0-9A-Fa-f]{1,6})|(\d{1,7}))$/.exec(reference) ?? [];
  const code = hex !== undefined ? Number.parseInt(hex, 16) : Number(decimal ?? Number.NaN);
  if (Number.isNaN(code) || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return undefined;
  const character = String.fromCodePoint(code);
  return hasForbidden(character) ? undefined : character;
}
