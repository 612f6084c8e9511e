import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { rootKeys } from '#config';
import type { Command } from './command.ts';
import { CONFIG_OPTIONS, CONFIG_OPTIONS_HELP, configOf, endpointOf, noSuchAccount } from './options.ts';

const HELP = `varve env [options]

Prints the environment that points AWS clients at the server:
  eval "$(npx varve env)"

${CONFIG_OPTIONS_HELP}  --account ID        whose root key (default: the first account, VARVE_ACCOUNT_ID)
`;

/** `varve env`: shell lines for the running or configured server (contract.md). */
export const env: Command = async (args) => {
  const { values } = parseArgs({
    args: [...args],
    options: { ...CONFIG_OPTIONS, account: { type: 'string' } },
    strict: true,
  });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const config = await configOf(values);
  const isNew = !existsSync(config.data);
  const { account = config.accounts[0]?.id } = values;
  const key = (await rootKeys(config)).find(({ accountId }) => accountId === account);
  if (!key) throw noSuchAccount(config, account);
  if (isNew) {
    // Run in another folder than the server, this would print keys that it does not know: on stderr, beside `eval`.
    process.stderr.write(
      `The data directory ${config.data} was made just now. A server that runs on another one has other keys: name it with --data.\n`,
    );
  }
  const variables = {
    AWS_ENDPOINT_URL: endpointOf(config.listen),
    AWS_ACCESS_KEY_ID: key.accessKeyId,
    AWS_SECRET_ACCESS_KEY: key.secretAccessKey,
    AWS_REGION: config.region,
    // Older CLIs and SDKs read this one.
    AWS_DEFAULT_REGION: config.region,
  };
  for (const [name, value] of Object.entries(variables)) process.stdout.write(`export ${name}=${quoted(value)}\n`);
  // A token of another session would be sent along with the key and refused.
  process.stdout.write('unset AWS_SESSION_TOKEN AWS_PROFILE\n');
  return 0;
};

function quoted(value: string): string {
  return /^[\w:/.+=[\]-]*$/.test(value) ? value : `'${value.replaceAll("'", `'\\''`)}'`;
}
