export { Base64Decoder } from './base64-decoder.ts';
export type { Body } from './body.ts';
export {
  CHECKSUM_ALGORITHMS,
  type ChecksumAlgorithm,
  checksumAlgorithmOfHeader,
  checksumHeader,
  createChecksum,
  isChecksumValue,
  type RunningChecksum,
} from './checksums.ts';
export { type Clock, systemClock } from './clock.ts';
export { parseDurationMs } from './duration.ts';
export { MemoryBody } from './memory-body.ts';
export { bug, OperationalError } from './errors.ts';
export { type IdSource, randomIds } from './ids.ts';
export { isCommercialRegion, isRegion } from './regions.ts';
export { Semaphore } from './semaphore.ts';
export { Slices } from './slices.ts';
export { sleep } from './sleep.ts';
export {
  type CutString,
  cutOfDecoded,
  expandThin,
  JsonThinner,
  type ThinJson,
  ThinningFailure,
  VALUES_MAX,
} from './thin-json.ts';
