/** Statements that AddPermission makes and RemovePermission takes away. (SQS API reference.) */
import { invalidQueueParameter, invalidQueueValue, type Queue } from '#queues';
import { ApiError } from '#wire';

const LABEL = /^[A-Za-z0-9_-]{1,80}$/;
const ACTIONS_MAX = 7;
const ACTIONS = new Set([
  '*',
  'SendMessage',
  'ReceiveMessage',
  'DeleteMessage',
  'ChangeMessageVisibility',
  'GetQueueAttributes',
  'GetQueueUrl',
  'ListDeadLetterSourceQueues',
  'PurgeQueue',
]);

interface Document {
  readonly Statement: readonly Readonly<Record<string, unknown>>[];
  readonly [field: string]: unknown;
}

export interface Permission {
  readonly label: string;
  readonly accountIds: readonly string[];
  readonly actions: readonly string[];
}

/** The policy with one more statement. @throws {ApiError} InvalidParameterValue, OverLimit */
export function withPermission(queue: Queue, policy: string | undefined, permission: Permission): string {
  const { label, accountIds, actions } = permission;
  if (!LABEL.test(label)) {
    throw invalidQueueValue(
      label,
      'Label',
      'Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length.',
    );
  }
  if (accountIds.length === 0) throw invalidQueueParameter('The request must contain the parameter PrincipalId.');
  const badAccount = accountIds.find((id) => !/^\d{12}$/.test(id));
  if (badAccount !== undefined) throw invalidQueueValue(badAccount, 'PrincipalId', 'Unable to verify.');
  if (actions.length === 0) throw invalidQueueParameter('The request must contain the parameter Actions.');
  if (actions.length > ACTIONS_MAX) {
    throw new ApiError('OverLimit', `${actions.length} Actions were found, maximum allowed is ${ACTIONS_MAX}.`, {
      status: 403,
    });
  }
  const badAction = actions.find((action) => !ACTIONS.has(action));
  if (badAction !== undefined) {
    throw invalidQueueValue(`SQS:${badAction}`, 'ActionName', 'Only the queue owner is allowed to invoke this action.');
  }
  const document = readDocument(queue, policy);
  if (document.Statement.some(({ Sid }) => Sid === label)) throw invalidQueueValue(label, 'Label', 'Already exists.');
  const statement = {
    Sid: label,
    Effect: 'Allow',
    Principal: { AWS: one(accountIds.map((id) => `arn:aws:iam::${id}:root`)) },
    Action: one(actions.map((action) => `SQS:${action}`)),
    Resource: queue.arn,
  };
  return JSON.stringify({ ...document, Statement: [...document.Statement, statement] });
}

/** The policy without the statement; undefined when it was the last. @throws {ApiError} InvalidParameterValue */
export function withoutPermission(queue: Queue, policy: string | undefined, label: string): string | undefined {
  const document = readDocument(queue, policy);
  const rest = document.Statement.filter(({ Sid }) => Sid !== label);
  if (rest.length === document.Statement.length) throw invalidQueueValue(label, 'Label', "can't find label.");
  return rest.length === 0 ? undefined : JSON.stringify({ ...document, Statement: rest });
}

function readDocument({ arn }: Queue, policy: string | undefined): Document {
  if (policy === undefined) return { Version: '2012-10-17', Id: `${arn}/SQSDefaultPolicy`, Statement: [] };
  const document = JSON.parse(policy) as Record<string, unknown>;
  const { Statement: statement } = document;
  return { ...document, Statement: (Array.isArray(statement) ? statement : [statement]) as Document['Statement'] };
}

function one(texts: readonly string[]): string | readonly string[] {
  return texts.length === 1 && texts[0] !== undefined ? texts[0] : texts;
}
