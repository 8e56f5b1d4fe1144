import { randomBytes } from 'node:crypto';
import { invalidArgument } from './aws-error.js';

/** What an object's key is made of, besides its prefix expression. */
export type PrefixContext = {
  /** Arrival of the oldest record in the object, epoch milliseconds. */
  arrivalMs: number;
  partitionKeys?: Readonly<Record<string, string>>;
  errorOutputType?: string;
};

const expression = /!\{(?<namespace>[a-zA-Z-]+):(?<value>[^}]*)\}/g;
const partitionNamespaces = ['partitionKeyFromQuery', 'partitionKeyFromLambda'];

/** Evaluates `!{...}` expressions; a prefix with none gets the date appended, as AWS does. */
export function evaluatePrefix(prefix: string, context: PrefixContext): string {
  if (prefix === '') return formatJavaTime('yyyy/MM/dd/HH/', context.arrivalMs);
  if (!prefix.includes('!{')) return prefix + formatJavaTime('yyyy/MM/dd/HH/', context.arrivalMs);
  const evaluated = prefix.replaceAll(expression, (whole, namespace: string, value: string) => {
    if (namespace === 'timestamp') return formatJavaTime(value, context.arrivalMs);
    if (namespace === 'partitionKeyFromQuery') return context.partitionKeys?.[value] ?? whole;
    if (value === 'random-string') return randomBytes(9).toString('base64url').slice(0, 11);
    if (value === 'error-output-type') return context.errorOutputType ?? whole;
    return whole;
  });
  if (Buffer.byteLength(evaluated) > 512) {
    throw invalidArgument('Length of evaluated prefix cannot be greater than 512');
  }
  return evaluated;
}

/** The partition keys that a prefix names. */
export function partitionKeysOf(prefix: string): string[] {
  return [...prefix.matchAll(expression)].flatMap(({ groups }) =>
    groups?.['namespace'] === 'partitionKeyFromQuery' ? [groups['value'] ?? ''] : [],
  );
}

export function hasPartitionKeys(prefix: string): boolean {
  return [...prefix.matchAll(expression)].some(({ groups }) =>
    partitionNamespaces.includes(groups?.['namespace'] ?? ''),
  );
}

/** Every expression must be one that Firehose knows. */
export function isWellFormed(prefix: string): boolean {
  const rest = prefix.replaceAll(expression, (whole, namespace: string, value: string) => {
    const isKnown =
      namespace === 'timestamp' ||
      partitionNamespaces.includes(namespace) ||
      (namespace === 'firehose' && ['random-string', 'error-output-type'].includes(value));
    return isKnown ? '' : whole;
  });
  return !rest.includes('!{');
}

/** Java's DateTimeFormatter patterns, as far as they make sense in a key; UTC. */
export function formatJavaTime(pattern: string, epochMs: number): string {
  const [date = '', time = ''] = new Date(epochMs).toISOString().split('T');
  const [year = '', month = '', day = ''] = date.split('-');
  const fields: Record<string, string> = {
    yyyy: year,
    yy: year.slice(2),
    MM: month,
    dd: day,
    HH: time.slice(0, 2),
    mm: time.slice(3, 5),
    ss: time.slice(6, 8),
    SSS: time.slice(9, 12),
  };
  return pattern.replaceAll(/'([^']*)'|([a-zA-Z])\2*/g, (token, quoted: string | undefined) => {
    if (quoted !== undefined) return quoted;
    const field = fields[token];
    if (field === undefined) throw invalidArgument(`Unknown date pattern ${token}`);
    return field;
  });
}
