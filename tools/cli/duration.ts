import { InvalidArgumentError } from 'commander';

const unitMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** Reads `500ms`, `60s`, `5m`, `1h`, or plain seconds, as milliseconds. */
export function duration(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text);
  if (!match) throw new InvalidArgumentError('It must be a time such as 60s, 5m or 500ms.');
  return Number(match[1]) * unitMs[(match[2] ?? 's') as keyof typeof unitMs];
}

/** Reads a number above zero. */
export function positive(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value <= 0) throw new InvalidArgumentError('It must be a number above 0.');
  return value;
}

/** Reads a share from 0 to 1. */
export function share(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value < 0 || value > 1)
    throw new InvalidArgumentError('It must be from 0 to 1.');
  return value;
}

/** Reads whole numbers, separated by commas. */
export function numbers(text: string): number[] {
  const values = text.split(',').map(Number);
  if (!values.every(Number.isInteger)) throw new InvalidArgumentError('It must be numbers such as 1,2,11.');
  return values;
}

/** Reads a number that is zero or above. */
export function exponent(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value < 0) throw new InvalidArgumentError('It must be 0 or above.');
  return value;
}
