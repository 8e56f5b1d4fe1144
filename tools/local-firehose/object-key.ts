import { randomUUID } from 'node:crypto';
import { evaluatePrefix, formatJavaTime } from './prefix.js';
import type { StreamConfig } from './stream-config.js';

/** What an object's key depends on; `arrivalMs` is that of its first line. */
export type KeyParts = {
  partitionKeys: Record<string, string> | undefined;
  errorOutputType: string | undefined;
  arrivalMs: number;
};

/** A key as Firehose makes it: prefix, stream, version, time and a random part. */
export function objectKey(
  { name, version, config }: { name: string; version: number; config: StreamConfig },
  { partitionKeys, errorOutputType, arrivalMs }: KeyParts,
): string {
  const context = {
    arrivalMs,
    ...(partitionKeys ? { partitionKeys } : {}),
    ...(errorOutputType === undefined ? {} : { errorOutputType }),
  };
  const prefix = errorOutputType === undefined ? config.prefix : config.errorPrefix;
  const stamp = formatJavaTime('yyyy-MM-dd-HH-mm-ss', arrivalMs);
  return `${evaluatePrefix(prefix, context)}${name}-${String(version)}-${stamp}-${randomUUID()}${config.extension}`;
}
