/** docs/reference/audit-events.md: what CloudTrail tells of each operation, from the rule tables. */
import type { AuditRule, AuditTable, Shown } from '#audit';
import { AUDIT_TABLES } from '#services';
import type { ServiceName } from '#wire';
import { code, table } from './markdown.ts';

/** In the order of the page. */
const SECTIONS: readonly (readonly [title: string, service: ServiceName])[] = [
  ['Amazon Bedrock Runtime', 'bedrock-runtime'],
  ['Amazon Bedrock', 'bedrock'],
  ['Agents for Amazon Bedrock Runtime', 'bedrock-agent-runtime'],
  ['Agents for Amazon Bedrock', 'bedrock-agent'],
  ['Amazon S3', 's3'],
  ['Amazon CloudWatch Logs', 'logs'],
  ['AWS IAM', 'iam'],
  ['AWS STS', 'sts'],
  ['AWS CloudTrail', 'cloudtrail'],
  ['Amazon SNS', 'sns'],
  ['Amazon SQS', 'sqs'],
];

export function auditEventsPage(): string {
  return `# Events of CloudTrail

What the event of each operation tells, implemented, forwarded or not. Data events are recorded when a selector of a trail asks
for them, management events always. Members with a \`!\` are there, as \`HIDDEN_DUE_TO_SECURITY_REASONS\`; \`all\` is what the
API's model has, except that its sensitive members are hidden so, and blobs, streams and documents left out. Members that are
not listed are in no event. \`requestParameters\` and \`responseElements\` have the members' names with a small first letter, S3's
as they stand in the request.

${SECTIONS.map(([title, service]) => section(title, AUDIT_TABLES[service])).join('\n\n')}
`;
}

function section(name: string, { eventSource, region, operations }: AuditTable): string {
  const rules = Object.entries(operations).toSorted(([one], [other]) => one.localeCompare(other, 'en'));
  const recorded = rules.filter(([, { category }]) => category !== 'none');
  const unrecorded = rules.filter(([, { category }]) => category === 'none').map(([operation]) => code(operation));
  const rows = recorded.map(([operation, rule]) => [
    code(operation) + (rule.eventName === undefined ? '' : ` as ${code(rule.eventName)}`),
    rule.category.toLowerCase() + typesOf(rule),
    rule.readOnly ? 'yes' : 'no',
    told(rule.request),
    told(rule.response),
  ]);
  const where = region === undefined ? '' : `, always of ${code(region)}`;
  const without = unrecorded.length === 0 ? '' : `\n\nWithout an event: ${unrecorded.join(', ')}.`;
  return `## ${name}

Source: ${code(eventSource)}${where}.

${table(['operation', 'category', 'reads only', 'request', 'response'], rows)}${without}`;
}

/** A rule tells the types of any input; messages need to go somewhere. */
const ANY_INPUT = { TopicArn: 'arn:aws:sns:us-east-1:111122223333:any' };

/** The types that selectors of data events name. */
function typesOf({ category, resources }: AuditRule): string {
  if (category !== 'Data' || !resources) return '';
  const types = resources(ANY_INPUT as never, { accountId: '111122223333', region: 'us-east-1' }).map(
    ({ type }) => type,
  );
  return `: ${[...new Set(types)].map(code).join(', ')}`;
}

function told(shown: Shown): string {
  if (shown === 'none') return '-';
  return shown === 'all' ? 'all' : shown.map(code).join(', ');
}
