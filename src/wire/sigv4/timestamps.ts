/** `20150830T123600Z`, the form of SigV4's X-Amz-Date. */
const BASIC_ISO = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;

/** Milliseconds since the epoch of a basic ISO time, or undefined when it is none (a 31st of June is none). */
export function parseBasicIso(text: string): number | undefined {
  const match = BASIC_ISO.exec(text);
  if (!match) return undefined;
  const [, year, month, day, hour, minute, second] = match;
  const timeMs = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  if (Number.isNaN(timeMs)) return undefined;
  return formatBasicIso(timeMs) === text ? timeMs : undefined;
}

export function formatBasicIso(timeMs: number): string {
  return `${new Date(timeMs).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
}
