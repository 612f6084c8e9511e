import { at, listAt, textAt } from '../json/parse.ts';

/** The texts of a message's content: a string as it is, of a list of blocks their `text` members, a line each. */
export function contentText(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return (content as readonly unknown[])
    .map((block) => (typeof block === 'string' ? block : textAt(block, 'text')))
    .filter((text) => text !== '')
    .join('\n');
}

/** The text of the last user message that has any (the last turn may be a tool's result). */
export function lastUserText(messages: readonly unknown[]): string {
  for (let index = messages.length - 1; index >= 0; index -= 1) {
    if (textAt(messages[index], 'role') !== 'user') continue;
    const text = contentText(at(messages[index], 'content'));
    if (text !== '') return text;
  }
  return '';
}

export function lastUserTextOf(body: unknown): string {
  return lastUserText(listAt(body, 'messages'));
}
