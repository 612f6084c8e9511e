import type { CommandDefinition } from '../../commands/definition.ts';
import type { CommandNode } from '../../syntax/index.ts';

/** A stage that PPL and SQL are taken apart into, besides the commands of Logs Insights QL. It has no text of its own. */
export interface StepDefinition<Node extends CommandNode = CommandNode> extends Pick<
  CommandDefinition<Node>,
  'compile' | 'subqueries'
> {
  /** A node's `command`: no command of Logs Insights QL has it. */
  readonly name: string;
}

export function defineStep<Node extends CommandNode>(definition: StepDefinition<Node>): StepDefinition {
  // Nodes come back to the definition that made them.
  return definition as unknown as StepDefinition;
}
