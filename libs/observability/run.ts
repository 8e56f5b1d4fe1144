import { ConsoleLogger, type LogLevel } from '@nestjs/common';

type Closable = { close(): Promise<void> };
type Started = { app: Closable; graceMs: number };

const levels: LogLevel[] = ['debug', 'log', 'warn', 'error', 'fatal'];

/** JSON lines when a machine reads them, plain lines at a terminal. */
function loggerFor(name: string, least: LogLevel): ConsoleLogger {
  const logLevels = levels.slice(levels.indexOf(least));
  return new ConsoleLogger({ prefix: name, json: !process.stdout.isTTY, logLevels });
}

/**
 * Starts an app, and on SIGTERM or SIGINT closes it and exits: with 0 when it closed, also when the
 * grace period ran out, because what was not finished was not acknowledged. A failed start exits with 1.
 */
export async function runUntilSignal(
  name: string,
  start: (logger: (least: LogLevel) => ConsoleLogger) => Promise<Started>,
): Promise<void> {
  const logger = (least: LogLevel) => loggerFor(name, least);
  try {
    const { app, graceMs } = await start(logger);
    const stop = () => {
      setTimeout(() => process.exit(0), graceMs);
      app.close().then(
        () => process.exit(0),
        (error: unknown) => {
          logger('log').error(error);
          process.exit(1);
        },
      );
    };
    process.once('SIGTERM', stop).once('SIGINT', stop);
  } catch (error) {
    logger('log').fatal(error instanceof Error ? error.message : String(error));
    process.exit(1);
  }
}
