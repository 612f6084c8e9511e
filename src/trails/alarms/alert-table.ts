/** Alerts in the control state: the newest of each severity, so that a flood of refused attempts pushes out no others. */
import type { SqlRow, SqlStatement, State } from '#state';
import type { Alert, AlertSeverity, StoredAlert } from './types.ts';
import { WATCHED_MAX, type WatchedPlace } from './watched.ts';

/** Kept of each severity: together the newest 10,000. */
export const ALERTS_MAX = 5_000;

const MIGRATIONS = [
  `CREATE TABLE trails_alert (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    account TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    severity TEXT NOT NULL,
    body TEXT NOT NULL
  ) STRICT;
  CREATE INDEX trails_alert_by_severity ON trails_alert (severity, sequence);
  CREATE TABLE trails_watched (sequence INTEGER PRIMARY KEY AUTOINCREMENT, body TEXT NOT NULL) STRICT;
  CREATE TABLE trails_alarm_position (id INTEGER PRIMARY KEY, sequence INTEGER NOT NULL) STRICT`,
] as const;

export class AlertTable {
  readonly #state: State;

  private constructor(state: State) {
    this.#state = state;
  }

  static async open(state: State): Promise<AlertTable> {
    await state.migrate('trail-alarms', MIGRATIONS);
    return new AlertTable(state);
  }

  /**
   * Durable when it resolves.
   * @returns those that were not there yet
   */
  async add(alerts: readonly Alert[]): Promise<Alert[]> {
    const inserts: SqlStatement[] = alerts.map((alert) => ({
      sql: 'INSERT INTO trails_alert (id, account, at_ms, severity, body) VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING RETURNING id',
      parameters: [alert.id, alert.accountId, alert.atMs, alert.severity, JSON.stringify(alert)],
    }));
    const rows = await this.#state.transaction([...inserts, boundOf('critical'), boundOf('warning')]);
    return alerts.filter((_alert, at) => (rows[at]?.length ?? 0) > 0);
  }

  /** An account's alerts, the newest first. @param before only those that came before this one */
  async list(accountId: string, limit: number, before: number = Number.MAX_SAFE_INTEGER): Promise<StoredAlert[]> {
    const rows = await this.#state.all(
      'SELECT sequence, body FROM trails_alert WHERE account = ? AND sequence < ? ORDER BY sequence DESC LIMIT ?',
      [accountId, before, limit],
    );
    return rows.map(storedAlert);
  }

  /** How many alerts of all accounts there are since a time. */
  async countSince(sinceMs: number): Promise<Record<AlertSeverity, number>> {
    const rows = await this.#state.all(
      'SELECT severity, count(*) AS alerts FROM trails_alert WHERE at_ms >= ? GROUP BY severity',
      [sinceMs],
    );
    const counts = Object.fromEntries(rows.map(({ severity, alerts }) => [String(severity), Number(alerts)]));
    return { critical: counts['critical'] ?? 0, warning: counts['warning'] ?? 0 };
  }

  async watched(): Promise<WatchedPlace[]> {
    const rows = await this.#state.all('SELECT body FROM trails_watched ORDER BY sequence');
    return rows.map(({ body }) => JSON.parse(String(body)) as WatchedPlace);
  }

  async watch(trails: readonly WatchedPlace[]): Promise<void> {
    await this.#state.transaction([
      ...trails.map((trail) => ({
        sql: 'INSERT INTO trails_watched (body) VALUES (?)',
        parameters: [JSON.stringify(trail)],
      })),
      {
        // Of a trail's place only the last word counts.
        sql: `DELETE FROM trails_watched WHERE sequence NOT IN (
          SELECT max(sequence) FROM trails_watched GROUP BY body ->> 'arn', body ->> 'bucketName', body ->> 'keyBase'
          ORDER BY 1 DESC LIMIT ${WATCHED_MAX})`,
      },
    ]);
  }

  /** Undefined when alarms have never looked at the journal. */
  async position(): Promise<number | undefined> {
    const [row] = await this.#state.all('SELECT sequence FROM trails_alarm_position WHERE id = 1');
    return row && Number(row['sequence']);
  }

  async moveTo(sequence: number): Promise<void> {
    const sql = 'INSERT OR REPLACE INTO trails_alarm_position (id, sequence) VALUES (1, ?)';
    await this.#state.transaction([{ sql, parameters: [sequence] }]);
  }
}

function boundOf(severity: AlertSeverity): SqlStatement {
  return {
    sql: `DELETE FROM trails_alert WHERE severity = ? AND sequence <= (
      SELECT sequence FROM trails_alert WHERE severity = ? ORDER BY sequence DESC LIMIT 1 OFFSET ${ALERTS_MAX})`,
    parameters: [severity, severity],
  };
}

function storedAlert({ sequence, body }: SqlRow): StoredAlert {
  return { ...(JSON.parse(String(body)) as Alert), sequence: Number(sequence) };
}
