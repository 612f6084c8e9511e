import { pino, type Logger as PinoLogger } from 'pino';

/** Structured logs, one JSON object a line, on stderr. Never given prompts, answers or secrets. */
export type Logger = PinoLogger;

/**
 * @param level pino's levels; `silent` for none
 */
export function createLogger(level: string): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: ['*.secretAccessKey', '*.sessionToken', 'headers.authorization'], censor: '[secret]' },
    },
    pino.destination({ dest: 2, sync: false, minLength: 0 }),
  );
}
