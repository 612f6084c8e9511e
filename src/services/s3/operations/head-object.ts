import type { CallContext } from '../../service.ts';
import { missingKey } from '../access.ts';
import type { S3Dependencies } from '../dependencies.ts';
import { s3Error } from '../errors.ts';
import { isReason } from '../reasons.ts';
import { decideReading, findForReading, rangeOfPart, type ReadInput } from '../read-object.ts';

/** As GetObject, without a body; what is missing is `NotFound`, as no body can say more. */
export function headObject(deps: S3Dependencies) {
  return async (input: ReadInput, context: CallContext): Promise<Record<string, unknown>> => {
    const where = findForReading(deps, input);
    try {
      const ofPart = await rangeOfPart(deps, where, input.PartNumber);
      const info = ofPart?.info ?? (await deps.objects.head(where.bucket, where.key));
      return decideReading(info, input, context, ofPart?.range).output;
    } catch (error) {
      if (!isReason(error, 'no-such-key')) throw error;
      const missing = missingKey(context, input);
      throw missing.code === 'NoSuchKey' ? s3Error(404, 'NotFound', 'Not Found') : missing;
    }
  };
}
