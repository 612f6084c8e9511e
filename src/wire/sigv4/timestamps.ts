/** `20150830T123600Z`, the form of SigV4's X-Amz-Date. */
const BASIC_ISO = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;

/**
 * Thousands of requests are signed within the same second: the last text and its time are kept. Those that come, which may have
 * been signed earlier, apart from those that go out.
 */
let lastParsed = { text: '19700101T000000Z', timeMs: 0 };
let lastFormatted = { second: 0, text: '19700101T000000Z' };

/** Milliseconds since the epoch of a basic ISO time, or undefined when it is none (a 31st of June is none). */
export function parseBasicIso(text: string): number | undefined {
  if (text === lastParsed.text) return lastParsed.timeMs;
  const match = BASIC_ISO.exec(text);
  if (!match) return undefined;
  const [, year, month, day, hour, minute, second] = match;
  const timeMs = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  if (Number.isNaN(timeMs) || basicIso(timeMs) !== text) return undefined;
  lastParsed = { text, timeMs };
  return timeMs;
}

export function formatBasicIso(timeMs: number): string {
  const second = Math.floor(timeMs / 1000);
  if (second !== lastFormatted.second) lastFormatted = { second, text: basicIso(timeMs) };
  return lastFormatted.text;
}

function basicIso(timeMs: number): string {
  return `${new Date(timeMs).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
}
