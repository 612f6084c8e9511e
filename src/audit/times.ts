/** Times as CloudTrail writes those of inputs and outputs: each service's events have them in one of two ways. */
import type { AuditTable } from './rules.ts';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;

/**
 * `iso`: with a fraction only where there is one (`2026-11-21T09:30:00.379Z`); AWS's clocks give nine digits, ours three.
 * `us`: `Nov 21, 2026, 9:30:00 AM`, in UTC.
 * Undefined for what is no moment.
 */
export function timeText(at: Date, style: AuditTable['times']): string | undefined {
  if (Number.isNaN(at.getTime())) return undefined;
  if (style === 'us') return usText(at);
  const iso = at.toISOString();
  return iso.endsWith('.000Z') ? `${iso.slice(0, -'.000Z'.length)}Z` : iso;
}

function usText(at: Date): string {
  const hours = at.getUTCHours();
  const [minutes, seconds] = [at.getUTCMinutes(), at.getUTCSeconds()].map((part) => String(part).padStart(2, '0'));
  const day = `${MONTHS[at.getUTCMonth()]} ${at.getUTCDate()}, ${at.getUTCFullYear()}`;
  return `${day}, ${hours % 12 === 0 ? 12 : hours % 12}:${minutes}:${seconds} ${hours < 12 ? 'AM' : 'PM'}`;
}
