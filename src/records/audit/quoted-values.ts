/** What services word so (`Value 'x' at 'a.1.member.b' failed to satisfy constraint: …`); the value may be anything. */
const QUOTED = /Value '[^]*?' at '([\w.]+)' failed to satisfy constraint/g;

/** Longer messages are cut anyway; of one that quotes at such length nothing is looked through. */
const CHARS_MAX = 8_192;
const QUOTE = "Value '";

/**
 * A message of an error that somebody else worded, without the values of the input that it quotes.
 * @param isShown whether the value of a member may be told, by the members' names that lead to it
 */
export function withoutQuotedValues(message: string, isShown: (path: readonly string[]) => boolean): string {
  if (message.length > CHARS_MAX) return message.split(QUOTE, 1)[0] ?? '';
  return message.replace(QUOTED, (quoted, place: string) => {
    const path = place.split('.').filter((name) => name !== 'member' && !/^\d+$/.test(name));
    return isShown(path) ? quoted : `Value at '${place}' failed to satisfy constraint`;
  });
}
