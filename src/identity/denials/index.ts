export { DenialLog, type DenialLogOptions, DENIALS_MAX } from './denial-log.ts';
export { explainDenial, type Explanation } from './explain.ts';
export type { Denial, DenialRecord } from './record.ts';
