/** Joins tamper alarms with the trails that they watch and with those who hear of them. */
import { type Clock, parseDurationMs } from '#base';
import type { Config } from '#config';
import type { Journal } from '#journal';
import type { State } from '#state';
import type { Emit } from '#telemetry';
import { type AlertSeverity, TamperAlarms, type Trails } from '#trails';

const DAY_MS = 24 * 3_600_000;

export interface AlarmsParts {
  readonly config: Config;
  readonly state: State;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly trails: Trails;
  readonly emit: Emit;
}

export function openTamperAlarms({ config, emit, ...parts }: AlarmsParts): Promise<TamperAlarms> {
  return TamperAlarms.open({
    ...parts,
    silenceMs: parseDurationMs(config.trails.silenceAlarm),
    onAlert: ({ id, kind, severity, accountId, region, message }) =>
      emit({ name: 'tamper-alert', id, kind, severity, accountId, region, message }),
    onFailure: (error) => emit({ name: 'trails.alerts-unwritten', level: 'error', error }),
  });
}

/** Alerts of the last day, for health; undefined when the control state cannot be read. */
export async function recentAlerts(
  alarms: TamperAlarms,
  clock: Clock,
): Promise<Readonly<Record<AlertSeverity, number>> | undefined> {
  return alarms.countSince(clock.nowMs() - DAY_MS).catch(() => undefined);
}
