import type { SqlRow, SqlStatement, SqlValue } from '#state';
import type { ChecksumAlgorithm, ObjectInfo, PartInfo, UploadInfo } from '../types.ts';

/** What a row keeps as JSON: everything that no query looks at. */
export interface Attributes {
  readonly contentType: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly metadata: Readonly<Record<string, string>>;
  readonly checksums: Readonly<Partial<Record<ChecksumAlgorithm, string>>>;
  readonly checksumType?: 'FULL_OBJECT' | 'COMPOSITE';
  /** Of uploads only. */
  readonly checksumAlgorithm?: ChecksumAlgorithm;
}

export interface StoredObject {
  readonly info: ObjectInfo;
  /** Id of the bytes (schema.ts). */
  readonly content: string;
}

export interface StoredPart extends PartInfo {
  readonly blob: string;
}

export interface StoredUpload {
  readonly key: string;
  readonly uploadId: string;
  readonly initiatedMs: number;
  readonly attributes: Attributes;
  /** Grows with every part that is put. */
  readonly revision: number;
}

export function keyBytes(key: string): Buffer {
  return Buffer.from(key, 'utf8');
}

export function keyText(value: SqlValue | undefined): string {
  return Buffer.from(value as Uint8Array).toString('utf8');
}

export function objectOf(row: SqlRow): StoredObject {
  const attributes = JSON.parse(String(row['attributes'])) as Attributes;
  const partCount = row['part_count'];
  return {
    content: String(row['content']),
    info: {
      key: keyText(row['key']),
      sizeBytes: Number(row['size']),
      etag: String(row['etag']),
      lastModifiedMs: Number(row['modified_ms']),
      contentType: attributes.contentType,
      headers: attributes.headers,
      metadata: attributes.metadata,
      checksums: attributes.checksums,
      ...(attributes.checksumType && { checksumType: attributes.checksumType }),
      ...(partCount !== null && { partCount: Number(partCount) }),
    },
  };
}

export function partOf(row: SqlRow): StoredPart {
  return {
    partNumber: Number(row['number']),
    sizeBytes: Number(row['size']),
    etag: String(row['etag']),
    lastModifiedMs: Number(row['modified_ms']),
    checksums: JSON.parse(String(row['checksums'])) as PartInfo['checksums'],
    blob: String(row['blob']),
  };
}

/** A part as callers see it. */
export function partInfo({ partNumber, sizeBytes, etag, lastModifiedMs, checksums }: PartInfo): PartInfo {
  return { partNumber, sizeBytes, etag, lastModifiedMs, checksums };
}

/** An upload as callers see it. */
export function uploadInfo({ attributes: { checksumAlgorithm, checksumType }, ...upload }: StoredUpload): UploadInfo {
  const { key, uploadId, initiatedMs } = upload;
  return {
    key,
    uploadId,
    initiatedMs,
    ...(checksumAlgorithm && { checksumAlgorithm }),
    ...(checksumType && { checksumType }),
  };
}

export function uploadOf(row: SqlRow): StoredUpload {
  return {
    key: keyText(row['key']),
    uploadId: String(row['id']),
    initiatedMs: Number(row['initiated_ms']),
    attributes: JSON.parse(String(row['attributes'])) as Attributes,
    revision: Number(row['revision']),
  };
}

/** A statement that breaks its transaction with StateConflict unless the condition holds when it is committed. */
export function must(condition: string, parameters: readonly SqlValue[]): SqlStatement {
  return { sql: `INSERT INTO objects_guard SELECT 1 WHERE NOT (${condition})`, parameters };
}
