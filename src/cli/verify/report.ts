/** What was found, as `aws cloudtrail validate-logs` words it, or as JSON. */
import type { Counts, Finding, Gap, Verification, VerificationListener } from '#trails';
import type { Output } from '../terminal/output.ts';

export interface Report extends VerificationListener {
  begin(): Promise<void>;
  end(result: Verification, notes: readonly string[]): Promise<void>;
}

export interface Subject {
  /** The trail's ARN, or the directory. */
  readonly what: string;
  readonly fromMs: number | undefined;
  readonly toMs: number | undefined;
}

const NOUN = { digest: 'Digest', log: 'Log' } as const;

export function textReport(subject: Subject, output: Output, beside: Output, isVerbose: boolean): Report {
  const range = `${subject.fromMs === undefined ? 'the beginning' : iso(subject.fromMs)} and ${subject.toMs === undefined ? 'now' : iso(subject.toMs)}`;
  return {
    begin: () => output.write(`Validating log files of ${subject.what} between ${range}\n\n`),
    valid: (what, place) => (isVerbose ? output.write(`${NOUN[what]} file\t${place}\tvalid\n`) : undefined),
    invalid: ({ what, place, reason }) =>
      beside.write(`${NOUN[what]} file\t${place}\t${beside.coloured('red', `INVALID: ${reason}`)}\n`),
    gap: ({ trail, region, fromMs, toMs }) =>
      beside.write(
        `No log files of trail ${trail.name} were delivered in ${region} between ${iso(fromMs)} and ${iso(toMs)}: its digests were off\n`,
      ),
    end: (result, notes) => output.write(summary(result, notes)),
  };
}

/** One object; what is invalid is written as it is found. */
export function jsonReport(subject: Subject, output: Output): Report {
  const gaps: Gap[] = [];
  let isFirst = true;
  return {
    begin: () => output.write('{"invalid":['),
    valid: () => undefined,
    invalid: async (finding: Finding) => {
      await output.write(`${isFirst ? '' : ','}\n${JSON.stringify(finding)}`);
      isFirst = false;
    },
    gap: (gap) => void gaps.push(gap),
    end: async ({ trails, digests, logs, found }, notes) => {
      const times = {
        requested: { from: isoOr(subject.fromMs), to: isoOr(subject.toMs) },
        found: found ? { from: iso(found.fromMs), to: iso(found.toMs) } : null,
      };
      const rest = {
        gaps: gaps.map(({ fromMs, toMs, ...gap }) => ({ ...gap, from: iso(fromMs), to: iso(toMs) })),
        subject: subject.what,
        ...times,
        trails,
        digests,
        logs,
        notes,
        valid: isAllValid({ trails, digests, logs, found }),
      };
      await output.write(`${isFirst ? '' : '\n'}],${JSON.stringify(rest).slice(1)}\n`);
    },
  };
}

/** Something was verified, and nothing is wrong. */
export function isAllValid({ digests, logs }: Verification): boolean {
  return digests.valid > 0 && digests.invalid === 0 && logs.invalid === 0;
}

function summary({ digests, logs, found }: Verification, notes: readonly string[]): string {
  const lines: string[] = [];
  if (digests.valid + digests.invalid === 0) lines.push('No digests found');
  else if (!found) lines.push('No valid digests found in range');
  else lines.push(`Results found for ${iso(found.fromMs)} to ${iso(found.toMs)}:`, '');
  lines.push(...ratio(digests, 'digest'), ...ratio(logs, 'log'));
  if (logs.added > 0) lines.push(`${logs.added} of the invalid log files ${logs.added === 1 ? 'was' : 'were'} added`);
  if (logs.pending > 0) lines.push(`${files(logs.pending)} newer than the last valid digest: the next one names them`);
  if (logs.untold > 0) lines.push(`${files(logs.untold)} of times, or of a Region, that no valid digest tells of`);
  return `${[...lines, ...notes].join('\n')}\n`;
}

function ratio({ valid, invalid }: Counts, name: string): string[] {
  const total = valid + invalid;
  if (total === 0) return [];
  return [`${valid}/${total} ${name} files valid${invalid > 0 ? `, ${invalid}/${total} ${name} files INVALID` : ''}`];
}

function files(count: number): string {
  return `${count} log ${count === 1 ? 'file is' : 'files are'}`;
}

function iso(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

function isoOr(ms: number | undefined): string | null {
  return ms === undefined ? null : iso(ms);
}
