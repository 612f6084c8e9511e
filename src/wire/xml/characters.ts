/** The characters of XML 1.0 (§2.2): no controls but tab, line feed and return, no U+FFFE and U+FFFF, no lone surrogates. */

// oxlint-disable-next-line no-control-regex -- these are what XML excludes
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/;
const FORBIDDEN_ALL = new RegExp(FORBIDDEN, 'g');
/** S3 writes the quotes of ETags as `&quot;`. */
const TEXT_ESCAPES = /[&<>"\r]/g;
const ATTRIBUTE_ESCAPES = /[&<>"\r\n\t]/g;
const NEEDS_NOTHING = /^[ !#-%'-;=?-~]*$/;

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\r': '&#xD;',
  '\n': '&#xA;',
  '\t': '&#x9;',
};

export function hasForbidden(text: string): boolean {
  return FORBIDDEN.test(text);
}

/** Text content. Characters that XML cannot carry become U+FFFD rather than a document nobody can read. */
export function escapeText(text: string): string {
  if (NEEDS_NOTHING.test(text)) return text;
  return readable(text).replaceAll(TEXT_ESCAPES, (character) => ESCAPES[character] ?? character);
}

export function escapeAttribute(text: string): string {
  if (NEEDS_NOTHING.test(text)) return text;
  return readable(text).replaceAll(ATTRIBUTE_ESCAPES, (character) => ESCAPES[character] ?? character);
}

function readable(text: string): string {
  return text.toWellFormed().replaceAll(FORBIDDEN_ALL, '\ufffd');
}
