/** Violations in the words of Smithy's own servers, which the official cases expect; AWS's services word them otherwise. */
import { ApiError, type Route, type StructureShape } from '#wire';
import type { Violation } from '../../src/wire/validation/constraints.ts';
import { findViolations } from '../../src/wire/validation.ts';

/** Throws ValidationException as the official cases of RestJsonValidation have it. */
export function checkAsSmithy(route: Route, input: Record<string, unknown>): void {
  const shape = route.operation.input as StructureShape;
  const found = findViolations(shape, input, { aggregatesMayBeAbsent: false, absent: () => false });
  if (found.length === 0) return;
  const fieldList = found.map((violation) => ({ message: textOf(violation), path: pathOf(violation) }));
  const count = `${found.length} validation error${found.length === 1 ? '' : 's'} detected. `;
  const message = count + fieldList.map((field) => field.message).join('; ');
  throw new ApiError('ValidationException', message, { status: 400, members: { fieldList } });
}

function pathOf({ path }: Violation): string {
  const names = path.map((each) =>
    each.kind === 'member' ? each.name : each.kind === 'index' ? String(each.index) : each.key,
  );
  return `/${names.join('/')}`;
}

function textOf(violation: Violation): string {
  const { constraint } = violation;
  const value = constraint.kind === 'length' ? `Value with length ${constraint.actual}` : 'Value';
  return `${value} at '${pathOf(violation)}' failed to satisfy constraint: ${requirement(violation)}`;
}

function requirement({ constraint }: Violation): string {
  switch (constraint.kind) {
    case 'required':
      return 'Member must not be null';
    case 'enum':
      return `Member must satisfy enum value set: [${constraint.values.join(', ')}]`;
    case 'pattern':
      return `Member must satisfy regular expression pattern: ${constraint.pattern}`;
    case 'unique':
      return 'Member must have unique values';
    default: {
      const what = constraint.kind === 'length' ? 'Member must have length' : 'Member must be';
      if (constraint.max === undefined) return `${what} greater than or equal to ${constraint.min}`;
      if (constraint.min === undefined) return `${what} less than or equal to ${constraint.max}`;
      return `${what} between ${constraint.min} and ${constraint.max}, inclusive`;
    }
  }
}
