/** docs/reference/operations.md, from the operation tables: complete by type, so the page is complete too. */
import {
  createBedrockAgentRuntimeService,
  createBedrockAgentService,
  createBedrockRuntimeService,
  createBedrockService,
  createCloudTrailService,
  createIamService,
  createLogsService,
  createS3Service,
  createSqsService,
  createSnsService,
  createStsService,
  type ImplementedOperation,
  type UnimplementedOperation,
} from '#services';
import { code, table } from './markdown.ts';

type Table = Readonly<Record<string, ImplementedOperation | UnimplementedOperation>>;

/** Tables are made without what their handlers need: nothing is called. Whatever is looked up in it, it is there and is nothing. */
const NOTHING: never = new Proxy({}, { get: () => NOTHING }) as never;
const SERVICES: Readonly<Record<string, Table>> = {
  'Amazon Bedrock Runtime': createBedrockRuntimeService(NOTHING),
  'Amazon Bedrock': createBedrockService(NOTHING),
  'Agents for Amazon Bedrock Runtime': createBedrockAgentRuntimeService(NOTHING),
  'Agents for Amazon Bedrock': createBedrockAgentService(),
  'Amazon S3': createS3Service(NOTHING),
  'Amazon CloudWatch Logs': createLogsService(NOTHING),
  'Amazon SNS': createSnsService(NOTHING),
  'Amazon SQS': createSqsService(NOTHING),
  'AWS CloudTrail': createCloudTrailService(NOTHING),
  'AWS IAM': createIamService(NOTHING),
  'AWS STS': createStsService(NOTHING),
};

const NUMBERS = [
  'no',
  'one',
  'two',
  'three',
  'four',
  'five',
  'six',
  'seven',
  'eight',
  'nine',
  'ten',
  'eleven',
  'twelve',
];

export function operationsPage(): string {
  const counts = Object.entries(SERVICES).map(([name, operations]) => {
    const there = Object.values(operations).filter((entry) => entry.kind === 'implemented');
    const forwarded = there.filter((entry) => entry.forwarded).length;
    const total = Object.keys(operations).length;
    return [name, String(there.length - forwarded), String(forwarded), String(total)];
  });
  return `# Operations

Every operation of the ${NUMBERS[counts.length] ?? counts.length} services stands here. One that is not there answers with AWS's error for an unknown operation,
and says why; so does one that would be forwarded where no upstream is configured that takes it. In S3, reading a setting that Varve does not have answers as S3 does where it was never put.

${table(['service', 'implemented', 'forwarded', 'of'], counts)}

${Object.entries(SERVICES)
  .map(([name, operations]) => section(name, operations))
  .join('\n\n')}
`;
}

function section(name: string, operations: Table): string {
  const there = Object.entries(operations).flatMap(([operation, entry]) =>
    entry.kind === 'implemented' ? [{ operation, forwarded: entry.forwarded }] : [],
  );
  const named = (title: string, isForwarded: boolean): string[] => {
    const found = there.filter(({ forwarded }) => forwarded === isForwarded).map(({ operation }) => operation);
    return found.length === 0 ? [] : [`${title}: ${list(found)}`];
  };
  const byReason = new Map<string, string[]>();
  for (const [operation, entry] of Object.entries(operations)) {
    if (entry.kind === 'unimplemented') byReason.set(entry.why, [...(byReason.get(entry.why) ?? []), operation]);
  }
  const rows = [...byReason].map(([why, names]) => [why, list(names)]);
  return [
    `## ${name}`,
    ...named('Implemented', false),
    ...named('Forwarded to the configured upstream', true),
    ...(rows.length === 0 ? [] : [table(['not there, because', 'operations'], rows)]),
  ].join('\n\n');
}

function list(names: readonly string[]): string {
  return names.toSorted().map(code).join(', ');
}
