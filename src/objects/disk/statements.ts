/** The statements of writes: conditions, what goes, what comes. */
import type { SqlStatement } from '#state';
import type { BucketHandle, ObjectInfo, PutOptions } from '../types.ts';
import { type Attributes, keyBytes, must } from './rows.ts';

/** The bucket must be there, and whatever the caller asks for must hold, when the write is committed. */
export function writeConditions(bucket: BucketHandle, key: string, options: PutOptions): SqlStatement[] {
  const at = [bucket.generation, keyBytes(key)];
  const conditions = [must('EXISTS (SELECT 1 FROM objects_bucket WHERE generation = ?)', [bucket.generation])];
  if (options.ifNoneMatch) {
    conditions.push(must('NOT EXISTS (SELECT 1 FROM objects_object WHERE bucket = ? AND key = ?)', at));
  }
  if (options.ifMatch !== undefined) {
    const parameters = [...at, options.ifMatch];
    conditions.push(
      must('EXISTS (SELECT 1 FROM objects_object WHERE bucket = ? AND key = ? AND etag = ?)', parameters),
    );
  }
  return conditions;
}

/** Removes an object: gives the blobs of its parts, if it has any, and then its content's id. */
export function removal(bucket: BucketHandle, key: string): SqlStatement[] {
  const at = [bucket.generation, keyBytes(key)];
  const content = 'SELECT content FROM objects_object WHERE bucket = ? AND key = ?';
  return [
    { sql: `DELETE FROM objects_part WHERE owner = (${content}) RETURNING blob`, parameters: at },
    { sql: 'DELETE FROM objects_object WHERE bucket = ? AND key = ? RETURNING content', parameters: at },
  ];
}

export function insertion(bucket: BucketHandle, info: ObjectInfo, content: string): SqlStatement {
  const { key, sizeBytes, etag, lastModifiedMs, partCount = null } = info;
  const attributes: Attributes = {
    contentType: info.contentType,
    headers: info.headers,
    metadata: info.metadata,
    checksums: info.checksums,
    ...(info.checksumType && { checksumType: info.checksumType }),
  };
  const row = [content, sizeBytes, etag, lastModifiedMs, partCount, JSON.stringify(attributes)];
  return {
    sql: 'INSERT INTO objects_object VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
    parameters: [bucket.generation, keyBytes(key), ...row],
  };
}
