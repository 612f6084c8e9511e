/** Signing in to the console: whoever may gets temporary credentials whose calls the audit trail marks as the console's. */
import type { Clock } from '#base';
import { json, type SignedRoute } from '#gateway';
import { consoleSession, type Identity } from '#identity';
import { ApiError } from '#wire';

export function consoleSessionRoute(identity: Pick<Identity, 'issueSession'>, clock: Clock): SignedRoute {
  return {
    method: 'POST',
    path: '/_varve/console-session',
    action: 'varve:OpenConsole',
    handle: async ({ caller }) => {
      const found = consoleSession(caller, clock.nowMs());
      if (!found) {
        throw new ApiError(
          'AccessDeniedException',
          'The console is for users, roles and root: sign with the key of one of them.',
          { status: 403 },
        );
      }
      const { credentials } = identity.issueSession(found.session, found.seconds);
      const { accessKeyId, secretAccessKey, sessionToken, expiresAtMs } = credentials;
      return json(200, {
        accessKeyId,
        secretAccessKey,
        sessionToken,
        expiration: new Date(expiresAtMs).toISOString(),
      });
    },
  };
}
