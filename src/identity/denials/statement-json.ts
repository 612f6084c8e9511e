import type { Condition, PrincipalElement, Statement } from '../policy/index.ts';

/** A statement as JSON, in IAM's words. */
export type StatementJson = Readonly<Record<string, unknown>>;

/** Longer ones are kept without what they name, so that what is kept of a denial stays small. */
export const STATEMENT_CHARS_MAX = 2_048;

/** The statement in the normal form of what was parsed: its meaning, not its spelling; condition keys are in lower case. */
export function statementJson(statement: Statement): StatementJson {
  const { sid, effect, principals, actions, resources, conditions } = statement;
  const head = { ...(sid === undefined ? {} : { Sid: sid }), Effect: effect };
  const whole = {
    ...head,
    ...(principals && { [principals.not ? 'NotPrincipal' : 'Principal']: principalJson(principals) }),
    ...elementJson('Action', actions),
    ...(resources && elementJson('Resource', resources)),
    ...(conditions.length > 0 && { Condition: conditionsJson(conditions) }),
  };
  return JSON.stringify(whole).length <= STATEMENT_CHARS_MAX ? whole : head;
}

/** The operator as it is written: `ForAllValues:StringLikeIfExists`. */
export function operatorOf({ operator, set, ifExists }: Condition): string {
  return `${set === undefined ? '' : `${set}:`}${operator}${ifExists ? 'IfExists' : ''}`;
}

function elementJson(name: string, { not, patterns }: Statement['actions']): StatementJson {
  return { [not ? `Not${name}` : name]: oneOrAll(patterns) };
}

function principalJson({ everyone, aws, services, federated }: PrincipalElement): unknown {
  const names = everyone ? ['*', ...aws] : aws;
  if (everyone && aws.length + services.length + federated.length === 0) return '*';
  return {
    ...(names.length > 0 && { AWS: oneOrAll(names) }),
    ...(services.length > 0 && { Service: oneOrAll(services) }),
    ...(federated.length > 0 && { Federated: oneOrAll(federated) }),
  };
}

function conditionsJson(conditions: readonly Condition[]): Record<string, Record<string, unknown>> {
  const json: Record<string, Record<string, unknown>> = {};
  for (const condition of conditions) (json[operatorOf(condition)] ??= {})[condition.key] = oneOrAll(condition.values);
  return json;
}

function oneOrAll(values: readonly string[]): unknown {
  return values.length === 1 ? values[0] : values;
}
