/** Access keys whose secrets were sealed under another server key than today's: refused as unknown until that key is back. */
import { setImmediate } from 'node:timers/promises';
import type { Identity } from '#identity';
import type { Emit } from '#telemetry';

export interface LostSecrets {
  /** How many there are, as far as it was looked. */
  readonly count: number;
}

/** Keys looked at in one turn of the event loop; one takes about 5 µs. */
const TURN_KEYS_MAX = 200;

/** Looks at all keys, a few at a time beside the first requests, and tells once when secrets are lost. */
export function findLostSecrets(identity: Identity, accountIds: readonly string[], emit: Emit): LostSecrets {
  const { accessKeys } = identity.directory;
  const lost = new Set<string>();
  accessKeys.onChange((before, after) => {
    if (before && !after) lost.delete(before.id);
  });
  const look = async (): Promise<void> => {
    const ids = accountIds.flatMap((accountId) => accessKeys.list(accountId).map(({ id }) => id));
    for (const [at, id] of ids.entries()) {
      if (at % TURN_KEYS_MAX === TURN_KEYS_MAX - 1) await setImmediate();
      const key = accessKeys.byId(id);
      if (key && !identity.canOpenSecretOf(key)) lost.add(id);
    }
    if (lost.size === 0) return;
    emit({
      name: 'identity.secrets-lost',
      level: 'warn',
      count: lost.size,
      what: 'access keys are refused as unknown: their secrets were sealed under another server key',
      remedy: 'Put the server key back that this data directory was used with, or make these access keys anew.',
    });
  };
  void look();
  return {
    get count() {
      return lost.size;
    },
  };
}
