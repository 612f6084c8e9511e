/** Keys of exported objects. (CloudWatch Logs User Guide, "Exporting log data to Amazon S3".) */

/** (API_CreateExportTask.) */
export const PREFIX_DEFAULT = 'exportedlogs';
/** Of S3, bytes of UTF-8. */
export const KEY_BYTES_MAX = 1_024;
const FILE_DIGITS = 6;

/** What is put first, to see whether it may be. */
export function testKey(prefix: string): string {
  return `${prefix}/aws-logs-write-test`;
}

/** A stream's folder: slashes would make folders of their own. Streams may come to share one. */
export function folderOf(stream: string): string {
  return stream.replaceAll('/', '-');
}

export function fileKey(prefix: string, taskId: string, folder: string, file: number): string {
  return `${prefix}/${taskId}/${folder}/${String(file).padStart(FILE_DIGITS, '0')}.gz`;
}

/** The prefix as it stands in keys: without slashes at its end. */
export function prefixOf(given: string | undefined): string {
  return given?.replace(/\/+$/, '') || PREFIX_DEFAULT;
}
