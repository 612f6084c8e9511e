import type { LogEventPosition } from '#store';
import type { Scope } from '../types.ts';

export type ExportStatus = 'PENDING' | 'RUNNING' | 'PENDING_CANCEL' | 'CANCELLED' | 'COMPLETED' | 'FAILED';

/** What CreateExportTask asks for. */
export interface NewExport {
  readonly taskName: string | undefined;
  /** Undefined: all streams. */
  readonly streamPrefix: string | undefined;
  /** Both inclusive, milliseconds. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly bucketName: string;
  /** Of all keys, without a slash at its end. */
  readonly prefix: string;
}

/** An export of a group's events to a bucket. (API_ExportTask.) */
export interface ExportTask extends NewExport, Scope {
  readonly id: string;
  readonly groupName: string;
  readonly groupGeneration: string;
  readonly bucketGeneration: string;
  readonly status: ExportStatus;
  /** In words: why it failed, for one. */
  readonly message: string;
  readonly createdMs: number;
  readonly completedMs: number | undefined;
}

/** How far an export has come: what is before this stands in the bucket, and nothing else is needed to go on. */
export interface ExportProgress {
  /** The stream that is being exported; undefined at the beginning. */
  readonly stream: string | undefined;
  /** Where its objects lie. */
  readonly folder: string | undefined;
  /** The number of the folder's next object. */
  readonly file: number;
  /** The last event of the stream that stands in an object. */
  readonly after: LogEventPosition | undefined;
}

/** Who writes: CloudWatch Logs of a Region, for a group. */
export interface ExportWriter {
  /** `logs.REGION.amazonaws.com` */
  readonly servicePrincipal: string;
  readonly sourceAccount: string;
  /** The group's ARN with `:*`. */
  readonly sourceArn: string;
}

/** The bucket does not take objects, and trying again does not help: its policy does not let us (any more), or it is gone. */
export class ExportRefused extends Error {
  override readonly name = 'ExportRefused';
}

/** Buckets as exports need them; the composition root fills it. */
export interface ExportBuckets {
  find(name: string): { readonly generation: string; readonly region: string } | undefined;
  /** Whether the bucket's policy lets CloudWatch Logs read its ACL. */
  mayReadAcl(bucketName: string, writer: ExportWriter): boolean;
  /**
   * Puts an object if the bucket's policy lets CloudWatch Logs do so; the same key and bytes again are harmless.
   * @throws {ExportRefused}; other errors may pass
   */
  put(
    bucketGeneration: string,
    key: string,
    body: Uint8Array,
    options: { readonly contentType: string },
    writer: ExportWriter,
  ): Promise<void>;
}
