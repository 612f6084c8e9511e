/** `20150830T123600Z`, the form of SigV4's X-Amz-Date. */
const BASIC_ISO = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;

/** Thousands of requests are signed within the same second: the last text and its time are kept. */
let last = { second: 0, text: '19700101T000000Z' };

/** Milliseconds since the epoch of a basic ISO time, or undefined when it is none (a 31st of June is none). */
export function parseBasicIso(text: string): number | undefined {
  if (text === last.text) return last.second * 1000;
  const match = BASIC_ISO.exec(text);
  if (!match) return undefined;
  const [, year, month, day, hour, minute, second] = match;
  const timeMs = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  if (Number.isNaN(timeMs)) return undefined;
  return formatBasicIso(timeMs) === text ? timeMs : undefined;
}

export function formatBasicIso(timeMs: number): string {
  const second = Math.floor(timeMs / 1000);
  if (second !== last.second) {
    last = { second, text: `${new Date(timeMs).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z` };
  }
  return last.text;
}
