/**
 * Invocation logs in a bucket: gzipped NDJSON, one record a line, many in a file. The data objects of a batch's records are
 * there before the file that points at them. Names and bytes depend on the plan alone, so that a retry writes the same object.
 */
import { counted, renderBatch } from './render.ts';
import { batchObjectKey } from './names.ts';
import { type BucketSinkOptions, GZIP_OPTIONS, gzipAsync, putDataObjects } from './s3-data.ts';
import type { ReaderSink, S3DestinationSpec } from './types.ts';

const NEWLINE = Buffer.from('\n');

export function s3Sink(options: BucketSinkOptions<S3DestinationSpec>): ReaderSink {
  const { spec, bucket, onEvent } = options;
  return {
    deliver: async (plan, entries) => {
      const batch = await renderBatch(entries, spec.route, options.render);
      await putDataObjects(options, batch);
      const lines = batch.items.filter(({ rendered }) => rendered.line.length > 0);
      if (lines.length > 0) {
        // gzip's header as Node writes it holds no time and no name: the same lines give the same bytes.
        const raw = Buffer.concat(lines.flatMap(({ rendered }) => [rendered.line, NEWLINE]));
        const body = await gzipAsync(raw, GZIP_OPTIONS);
        const key = batchObjectKey(spec.keyBase, plan);
        const object = { contentType: 'application/json', contentEncoding: 'gzip' };
        await counted('batch', onEvent, () => bucket.put(spec, key, body, object));
      }
      return { unreadable: batch.unreadable };
    },
  };
}
