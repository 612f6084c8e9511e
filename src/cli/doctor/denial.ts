/** `varve doctor --request ID`: why a request was denied, in words. */
import type { Config } from '#config';
import type { DenialRecord, Explanation } from '#identity';
import { getSigned, type SignedAnswer } from '../signed-client.ts';

interface Wanted {
  readonly requestId: string;
  /** Whose root key to ask with. */
  readonly account: string | undefined;
}

type ToldDenial = DenialRecord & Explanation;

/** Prints the explanation; gives the exit status: 0 when the denial is known. */
export async function explainRequest(
  config: Config,
  endpoint: string,
  { requestId, account }: Wanted,
): Promise<number> {
  const answer = await getSigned(config, endpoint, `/_varve/denials/${encodeURIComponent(requestId)}`, account);
  if (answer.status !== 200) {
    process.stderr.write(`${refusalOf(answer)}\n`);
    return 1;
  }
  const { denials } = answer.body as { denials: readonly ToldDenial[] };
  process.stdout.write(`${denials.map(told).join('\n\n')}\n`);
  return 0;
}

function told(denial: ToldDenial): string {
  const { requestId, time, callerArn, action, resource, effect, layer, statement, reason, nextStep } = denial;
  const kind = effect === 'explicit-deny' ? 'an explicit deny' : 'no allow';
  return [
    `Request ${requestId} was denied at ${time}.`,
    '',
    `  who         ${callerArn}`,
    `  asked for   ${action}`,
    `  on          ${resource}`,
    `  decided by  ${kind}, ${layer}`,
    '',
    ...reason,
    ...(statement ? ['', indented(JSON.stringify(statement, undefined, 2))] : []),
    '',
    `What to do: ${nextStep}`,
  ].join('\n');
}

function indented(text: string): string {
  return text.replaceAll(/^/gm, '  ');
}

function refusalOf({ status, body }: SignedAnswer): string {
  const message = String(body['message'] ?? '');
  const code = String(body['code'] ?? '');
  if (status === 404 && code === 'NoSuchDenial') return message;
  if (code === 'UnrecognizedClientException') {
    return `The server does not know the key that was used (AWS_ACCESS_KEY_ID, else the root key of the data directory): ${message}\nUnset AWS_ACCESS_KEY_ID to ask with the root key, and name the server's --data and --config.`;
  }
  return `The server refused to tell (${status}${code === '' ? '' : ` ${code}`}): ${message}`;
}
