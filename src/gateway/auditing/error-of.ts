import { type AuditRule, errorCodeOf, HIDDEN, isShown } from '#audit';
import { auditErrorCode, withoutQuotedValues } from '#records';
import type { ApiError, Route } from '#wire';

/** How an event tells an error. What its parameters hide, its message does not tell either. */
export function errorOf(
  error: ApiError | undefined,
  route: Route | undefined,
  rule: AuditRule | undefined,
): { errorCode?: string; errorMessage?: string } {
  if (!error) return {};
  const errorCode = route ? errorCodeOf(error.code, route.service) : auditErrorCode(error.code);
  return { errorCode, errorMessage: messageOf(error, rule) };
}

function messageOf({ code, message, messageShowing }: ApiError, rule: AuditRule | undefined): string {
  if (!rule) return message;
  const shows = (path: readonly string[]): boolean => isShown(rule, path);
  if (messageShowing) return messageShowing(shows);
  // Upstreams word errors too.
  return rule.hiddenMessages?.includes(code) ? HIDDEN : withoutQuotedValues(message, shows);
}
