/**
 * The form of a policy that requests are judged by: patterns cut at their stars, values read as what their operators
 * compare, principals as sets. Made once a document; the document itself stays as readable as it was.
 */
import { compileCondition, type CompiledCondition } from './conditions.ts';
import type { Element, PolicyDocument, Statement } from './document.ts';
import { compileGlob, type Glob, globOf, matchesGlob } from './glob.ts';
import { compilePrincipals, type CompiledPrincipals } from './principals.ts';
import { type ConditionContext, fillVariables, hasVariables } from './variables.ts';
import type { WhenUnclear } from './conditions.ts';

export interface CompiledStatement {
  readonly source: Statement;
  readonly principals: CompiledPrincipals | undefined;
  readonly matchesResource: ResourceTest | undefined;
  readonly conditions: readonly CompiledCondition[];
}

type ResourceTest = (resource: string, context: ConditionContext, whenUnclear: WhenUnclear) => boolean;

/** Actions that a policy's answers are kept for; a server's operations are fewer, simulations may ask for any. */
const ACTIONS_KEPT_MAX = 256;

export class CompiledPolicy {
  readonly #statements: readonly {
    readonly matchesAction: (action: string) => boolean;
    statement: CompiledStatement;
  }[];
  /** By action as it was asked for: the statements that speak of it. Callers ask for the same few again and again. */
  readonly #byAction = new Map<string, readonly CompiledStatement[]>();

  constructor({ statements, version }: PolicyDocument) {
    this.#statements = statements.map((source) => ({
      matchesAction: compileActions(source.actions),
      statement: {
        source,
        principals: source.principals && compilePrincipals(source.principals),
        matchesResource: source.resources && compileResources(source.resources, version),
        conditions: source.conditions.map((condition) => compileCondition(condition, version)),
      },
    }));
  }

  /** The statements whose Action or NotAction applies, in the document's order. */
  statementsOn(action: string): readonly CompiledStatement[] {
    const kept = this.#byAction.get(action);
    if (kept) return kept;
    const lowerCase = action.toLowerCase();
    const found = this.#statements.flatMap(({ matchesAction, statement }) =>
      matchesAction(lowerCase) ? [statement] : [],
    );
    if (this.#byAction.size >= ACTIONS_KEPT_MAX) this.#byAction.clear();
    this.#byAction.set(action, found);
    return found;
  }
}

const compiled = new WeakMap<PolicyDocument, CompiledPolicy>();

export function compiledPolicy(document: PolicyDocument): CompiledPolicy {
  let policy = compiled.get(document);
  if (!policy) compiled.set(document, (policy = new CompiledPolicy(document)));
  return policy;
}

/** Asked in lower case: actions are compared without regard to it. */
function compileActions({ not, patterns }: Element): (lowerCaseAction: string) => boolean {
  const globs = patterns.map((pattern) => globOf(pattern.toLowerCase()));
  return (action) => globs.some((glob) => matchesGlob(glob, action)) !== not;
}

function compileResources({ not, patterns }: Element, version: PolicyDocument['version']): ResourceTest {
  const globs: Glob[] = patterns.filter((pattern) => !hasVariables(pattern, version)).map(globOf);
  const templates = patterns.filter((pattern) => hasVariables(pattern, version));
  return (resource, context, whenUnclear) => {
    let matched = globs.some((glob) => matchesGlob(glob, resource));
    for (const template of templates) {
      const parts = fillVariables(template, version, context);
      if (parts) matched ||= matchesGlob(compileGlob(parts), resource);
      else if (whenUnclear === 'fails' && not) return false;
    }
    return matched !== not;
  };
}
