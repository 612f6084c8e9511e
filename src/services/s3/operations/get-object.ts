import type { CallContext } from '../../service.ts';
import type { ObjectInfo } from '#objects';
import { releasedWith } from '../body.ts';
import type { S3Dependencies } from '../dependencies.ts';
import { isReason } from '../reasons.ts';
import { decideReading, findForReading, rangeOfPart, type ReadInput } from '../read-object.ts';

/** How often a read starts again because the object changed between looking at it and opening it. */
const ATTEMPTS = 10;

export function getObject(deps: S3Dependencies) {
  return async (input: ReadInput, context: CallContext): Promise<Record<string, unknown>> => {
    const where = findForReading(deps, input);
    for (let attempt = 1; ; attempt += 1) {
      const ofPart = await rangeOfPart(deps, where, input.PartNumber);
      const info = ofPart?.info ?? (await deps.objects.head(where.bucket, where.key));
      const { output, range, notModified } = decideReading(info, input, context, ofPart?.range);
      if (notModified) return output;
      const opened = await open(deps, where, info, range);
      if (opened) return { ...output, Body: releasedWith(opened, context.signal) };
      if (attempt >= ATTEMPTS) throw new Error('the object changed at every attempt to read it');
    }
  };
}

/** The body, if the object is still the one that was looked at. */
async function open(
  { objects }: S3Dependencies,
  { bucket, key }: ReturnType<typeof findForReading>,
  expected: ObjectInfo,
  range: { first: number; last: number } | undefined,
) {
  try {
    const { info, body } = await objects.get(bucket, key, range);
    if (info.etag === expected.etag && info.lastModifiedMs === expected.lastModifiedMs) return body;
    body.destroy();
    return undefined;
  } catch (error) {
    // The object became shorter than the range that was decided for the one before.
    if (isReason(error, 'invalid-range')) return undefined;
    throw error;
  }
}
