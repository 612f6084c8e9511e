import type { CompileContext } from './context.ts';
import { asShown, type Typed, typed } from './typed.ts';

/** A value inside a JSON text. */
export function jsonAccess(object: Typed, path: readonly (string | number)[], { parameters }: CompileContext): Typed {
  const steps = path.map((step) =>
    typeof step === 'number' ? parameters.bind(step + 1, 'Int64') : parameters.text(step),
  );
  const args = [`ifNull(${asShown(object)}, '')`, ...steps].join(', ');
  return typed(
    `multiIf(JSONType(${args}) = 'String', JSONExtractString(${args}), JSONType(${args}) IN ('Null', ''), NULL, JSONExtractRaw(${args}))`,
    'any',
  );
}
