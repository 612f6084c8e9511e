/** Reads what strace wrote with `-f -y`: system calls with the lines on which they began and ended. */
import { spawnSync } from 'node:child_process';

export interface SystemCall {
  readonly name: string;
  /** Everything between the parentheses that strace shows; descriptors have their path. */
  readonly text: string;
  /** Line numbers: a call that ended on an earlier line than another began was over before it. */
  readonly began: number;
  readonly ended: number;
  readonly failed: boolean;
}

const WHOLE = /^(\d+)\s+(\w+)\((.*)\)\s+=\s+(-?\d+)/s;
const UNFINISHED = /^(\d+)\s+(\w+)\((.*) <unfinished \.\.\.>$/s;
const RESUMED = /^(\d+)\s+<\.\.\. (\w+) resumed>(.*)\)\s+=\s+(-?\d+)/s;

/** Calls that have ended, in the order of their ends. */
export function parseStrace(output: string): SystemCall[] {
  const calls: SystemCall[] = [];
  const unfinished = new Map<string, { readonly text: string; readonly began: number }>();
  for (const [line, content] of output.split('\n').entries()) {
    const whole = WHOLE.exec(content);
    if (whole) {
      const [, , name = '', text = '', result = ''] = whole;
      calls.push({ name, text, began: line, ended: line, failed: result.startsWith('-') });
      continue;
    }
    const [, thread = '', name = '', text = ''] = UNFINISHED.exec(content) ?? [];
    if (thread !== '') unfinished.set(`${thread} ${name}`, { text, began: line });
    const [, on = '', resumed = '', rest = '', result = ''] = RESUMED.exec(content) ?? [];
    const start = unfinished.get(`${on} ${resumed}`);
    if (!start) continue;
    unfinished.delete(`${on} ${resumed}`);
    calls.push({
      name: resumed,
      text: start.text + rest,
      began: start.began,
      ended: line,
      failed: result.startsWith('-'),
    });
  }
  return calls;
}

/** Why system calls cannot be watched here; undefined when they can. */
export function straceMissing(): string | undefined {
  const tried = spawnSync('strace', ['-f', '-o', '/dev/null', 'true'], { encoding: 'utf8' });
  if (tried.error) return 'strace is not installed';
  return tried.status === 0 ? undefined : `strace may not be used here: ${tried.stderr.trim()}`;
}
