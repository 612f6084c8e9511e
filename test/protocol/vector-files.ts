/** The official Smithy cases of `../shared/vectors/smithy`: where they are, and their values in our terms. */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { ServiceFile, Shape } from '#wire';
import { readTimestamp } from '../../src/wire/text-values.ts';

const FOLDER = resolve(import.meta.dirname, '../../../shared/vectors/smithy');
const missing = !existsSync(FOLDER);
if (missing && process.env['CI']) throw new Error('CI is set, and ../shared/vectors/smithy is missing');

/** For `test(name, { skip })`: a reason where the cases are not there. */
export const skipWithoutVectors: string | false = missing
  ? 'the official cases (../shared/vectors/smithy) are not here'
  : false;

/** One file: a service's shapes and the cases for it, in the form the caller expects. */
export function readVectorFile<Cases>(name: string): ServiceFile & Cases {
  return JSON.parse(readFileSync(join(FOLDER, name), 'utf8')) as ServiceFile & Cases;
}

/** A case's `params` as values of our side of the wire: blobs are text there, moments seconds or texts, NaN a text. */
export function valueOfParams(shape: Shape, params: unknown): unknown {
  if (params === null || params === undefined) return params;
  switch (shape.kind) {
    case 'list':
      return (params as unknown[]).map((item) => valueOfParams(shape.member.shape, item));
    case 'map':
      return mapValues(params, () => shape.value.shape);
    case 'structure':
    case 'union':
      return mapValues(params, (name) => shape.members.get(name)?.shape);
    case 'simple':
      if (shape.type === 'blob') return Buffer.from(params as string);
      if (shape.type === 'timestamp') return moment(params as string | number);
      if (shape.type === 'number' && typeof params === 'string') return Number(params);
      return params;
    default:
      return params;
  }
}

function mapValues(params: unknown, shapeOf: (name: string) => Shape | undefined): Record<string, unknown> {
  const entries = Object.entries(params as Record<string, unknown>);
  return Object.fromEntries(
    entries.map(([name, value]) => {
      const shape = shapeOf(name);
      if (!shape) throw new Error(`a case names the member ${name}, which its shape does not have`);
      return [name, valueOfParams(shape, value)];
    }),
  );
}

function moment(params: string | number): Date {
  const date = typeof params === 'number' ? new Date(params * 1000) : readTimestamp(params, 'date-time');
  if (!date) throw new Error(`a case has the moment ${params}`);
  return date;
}
