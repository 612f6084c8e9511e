import { parseArgs } from 'node:util';
import { startVarve } from '#app';
import type { Command } from './command.ts';
import { CONFIG_OPTIONS, CONFIG_OPTIONS_HELP, configOf } from './options.ts';
import { keepMemoryPrivate } from './private-process.ts';
import { untilStopped } from './until-stopped.ts';

const HELP = `varve serve [options]

Runs the server until Ctrl-C or SIGTERM; logs are JSON lines on stderr.

${CONFIG_OPTIONS_HELP}  --local-models      the built-in model answers for every well-known model id (for tests)
  --allow-reset       POST /_varve/reset clears all state (for test suites)
`;

export const serve: Command = async (args) => {
  const { values } = parseArgs({
    args: [...args],
    options: { ...CONFIG_OPTIONS, 'local-models': { type: 'boolean' }, 'allow-reset': { type: 'boolean' } },
    strict: true,
  });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  keepMemoryPrivate();
  const config = await configOf({ ...values, localModels: values['local-models'], allowReset: values['allow-reset'] });
  const varve = await startVarve(config);
  if (process.stdout.isTTY) {
    process.stdout.write(`Varve listens on ${varve.endpoint}. In another terminal: eval "$(npx varve env)"\n`);
  }
  return untilStopped(varve);
};
