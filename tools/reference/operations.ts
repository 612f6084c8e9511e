/** docs/reference/operations.md, from the operation tables: complete by type, so the page is complete too. */
import {
  createBedrockRuntimeService,
  createBedrockService,
  createIamService,
  createLogsService,
  createS3Service,
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
  'Amazon S3': createS3Service(NOTHING),
  'Amazon CloudWatch Logs': createLogsService(NOTHING),
  'AWS IAM': createIamService(NOTHING),
  'AWS STS': createStsService(NOTHING),
};

export function operationsPage(): string {
  const counts = Object.entries(SERVICES).map(([name, operations]) => {
    const there = Object.values(operations).filter(({ kind }) => kind === 'implemented').length;
    return [name, String(there), String(Object.keys(operations).length)];
  });
  return `# Operations

Every operation of the six services stands here. One that is not there answers with AWS's error for an unknown operation,
and says why. In S3, reading a setting that Varve does not have answers as S3 does where it was never put.

${table(['service', 'implemented', 'of'], counts)}

${Object.entries(SERVICES)
  .map(([name, operations]) => section(name, operations))
  .join('\n\n')}
`;
}

function section(name: string, operations: Table): string {
  const there = Object.keys(operations).filter((operation) => operations[operation]?.kind === 'implemented');
  const byReason = new Map<string, string[]>();
  for (const [operation, entry] of Object.entries(operations)) {
    if (entry.kind === 'unimplemented') byReason.set(entry.why, [...(byReason.get(entry.why) ?? []), operation]);
  }
  const rows = [...byReason].map(([why, names]) => [why, list(names)]);
  return `## ${name}

Implemented: ${list(there)}

${table(['not there, because', 'operations'], rows)}`;
}

function list(names: readonly string[]): string {
  return names.toSorted().map(code).join(', ');
}
