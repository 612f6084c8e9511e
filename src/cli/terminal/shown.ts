const LINE_END = /\r\n|[\n\r\u2028\u2029]/g;
// oxlint-disable-next-line no-control-regex -- they are what must not reach the terminal
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;
const DELETE = 0x7f;

/**
 * A value on one line: ends of lines as ↵, tabs as spaces, other controls as pictures. Logs hold what strangers wrote: an
 * escape sequence or a change of the writing direction must not reach the terminal.
 */
export function shown(text: string): string {
  return text.replaceAll(LINE_END, '↵').replaceAll(CONTROL, pictureOf);
}

function pictureOf(control: string): string {
  const code = control.charCodeAt(0);
  if (control === '\t') return ' ';
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  return code === DELETE ? '\u2421' : '\ufffd';
}

/** JSON on one line in which the controls that JSON leaves as they are (DEL, C1) are escaped as well. */
export function jsonShown(value: unknown): string {
  return JSON.stringify(value).replaceAll(
    /[\u007f-\u009f\u2028\u2029]/g,
    (control) => `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
