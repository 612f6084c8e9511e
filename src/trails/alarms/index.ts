export { ALERTS_MAX } from './alert-table.ts';
export { ALARMS_READER, TamperAlarms, type TamperAlarmsOptions } from './tamper-alarms.ts';
export type { Alert, AlertKind, AlertSeverity, StoredAlert } from './types.ts';
