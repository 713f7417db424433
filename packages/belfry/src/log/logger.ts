import { type DestinationStream, type Logger, pino } from 'pino';
import pretty from 'pino-pretty';

export type { Logger } from 'pino';

export interface LoggerOptions {
  readonly level: string;
  /** `auto`: `pretty` on a terminal. */
  readonly format: 'auto' | 'pretty' | 'json';
}

const STDERR = 2;

/** Names of fields that must never reach a log, should somebody pass them by mistake. */
const REDACTED = ['token', 'secret', 'password', 'authorization', 'hmac_secret_key'];

/** Logs to stderr, so that stdout carries nothing but what a command was asked for. */
export function createLogger({ level, format }: LoggerOptions): Logger {
  const usePretty = format === 'pretty' || (format === 'auto' && process.stderr.isTTY);
  const destination: DestinationStream = usePretty
    ? pretty({
        destination: STDERR,
        sync: true,
        ignore: 'pid,hostname',
        translateTime: 'SYS:HH:MM:ss.l',
        singleLine: true,
      })
    : pino.destination({ dest: STDERR, sync: true });
  return pino(
    {
      level,
      redact: { paths: REDACTED.flatMap((name) => [name, `*.${name}`]), censor: '***' },
    },
    destination,
  );
}
