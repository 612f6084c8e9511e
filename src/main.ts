import { OperationalError } from '#base';
import { nearestWord } from '#config';
import type { Command } from './cli/command.ts';
import { WrongUsage } from './cli/wrong-usage.ts';

/** Commands are loaded when they are called: `varve env` need not load a server. */
const COMMANDS: Readonly<Record<string, { readonly summary: string; readonly load: () => Promise<Command> }>> = {
  serve: { summary: 'run the server', load: async () => (await import('./cli/serve.ts')).serve },
  env: {
    summary: 'print the environment that points AWS clients at the server',
    load: async () => (await import('./cli/env.ts')).env,
  },
  demo: {
    summary: 'send half a minute of varied traffic and show where its records are',
    load: async () => (await import('./cli/demo.ts')).demo,
  },
  doctor: {
    summary: 'say in words what is wrong with this installation',
    load: async () => (await import('./cli/doctor.ts')).doctor,
  },
  query: {
    summary: 'run a Logs Insights query',
    load: async () => (await import('./cli/query.ts')).query,
  },
  tail: {
    summary: 'follow a log group, or all invocations',
    load: async () => (await import('./cli/tail.ts')).tail,
  },
  verify: {
    summary: "say which of a trail's files were changed, deleted or added",
    load: async () => (await import('./cli/verify.ts')).verify,
  },
};
/** Of the contract, and not there yet. */
const LATER = ['collect', 'import', 'normalize'];

/**
 * @param args the words after `varve`
 * @returns the exit status: 0 done, 1 the work failed, 2 wrong usage
 */
export async function main(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    process.stdout.write(usage());
    return name === undefined ? 2 : 0;
  }
  if (LATER.includes(name)) return failed(`varve ${name} comes with a later release.`, 1);
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!command) {
    const nearest = nearestWord(name, Object.keys(COMMANDS));
    return failed(
      `There is no command "${name}".${nearest === undefined ? '' : ` Did you mean "${nearest}"?`}\n\n${usage()}`,
      2,
    );
  }
  try {
    const run = await command.load();
    return await run(rest);
  } catch (error) {
    return explain(error, name);
  }
}

function explain(error: unknown, command: string): number {
  if (error instanceof WrongUsage) return failed(`${error.message}\nvarve ${command} --help tells more.`, 2);
  if (error instanceof OperationalError) return failed(`${error.message}\n${error.remedy}`, 1);
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (error instanceof Error && code.startsWith('ERR_PARSE_ARGS'))
    return failed(`${error.message}\nvarve --help lists the commands.`, 2);
  return failed(error instanceof Error ? (error.stack ?? error.message) : String(error), 1);
}

function failed(message: string, status: number): number {
  process.stderr.write(`${message.trimEnd()}\n`);
  return status;
}

function usage(): string {
  const width = Math.max(...Object.keys(COMMANDS).map((name) => name.length));
  const lines = Object.entries(COMMANDS).map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`);
  return `varve <command> [options]\n\n${lines.join('\n')}\n\nvarve <command> --help tells a command's options.\n`;
}
