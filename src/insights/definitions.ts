/** What compiles a node: a command of Logs Insights QL, or a step that only the OpenSearch languages have. */
import type { CommandDefinition } from './commands/definition.ts';
import { commandNamed } from './commands/index.ts';
import { stepNamed } from './opensearch/steps/index.ts';

export type NodeDefinition = Pick<CommandDefinition, 'compile' | 'subqueries' | 'earlier'>;

/** @param name a node's `command` */
export function definitionOf(name: string): NodeDefinition | undefined {
  return stepNamed(name) ?? commandNamed(name);
}
