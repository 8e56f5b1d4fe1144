import * as jq from 'jq-wasm';
import { parsePlainQuery, type PlainQuery } from './plain-query.js';

/** Partition keys of one sub-record and the name that they make together, or why there are none. */
export type Extraction = { keys: Record<string, string>; place: string } | { error: string };

/** Extracts partition keys from sub-records, in order. */
export type MetadataQuery = (subRecords: readonly Buffer[]) => Promise<Extraction[]>;

/**
 * Makes a jq query's extractor. Plain queries run natively; all others by jq itself, which is about
 * a hundred times slower.
 */
export function metadataQuery(query: string): MetadataQuery {
  const plain = parsePlainQuery(query);
  if (!plain)
    return (subRecords) => Promise.all(subRecords.map((subRecord) => extractByJq(query, subRecord)));
  return (subRecords) =>
    Promise.resolve(
      subRecords.map((subRecord) => {
        const parsed = parse(subRecord);
        if (parsed === undefined) return { error: 'Non JSON record provided' };
        return extractNatively(plain, parsed.value);
      }),
    );
}

export function extractNatively({ evaluate }: PlainQuery, value: unknown): Extraction {
  const result = evaluate(value);
  return 'error' in result ? result : keysOf(result.value);
}

/** One sub-record through the real jq. */
export async function extractByJq(query: string, subRecord: Buffer): Promise<Extraction> {
  const parsed = parse(subRecord);
  if (parsed === undefined) return { error: 'Non JSON record provided' };
  try {
    const answers = await jq.json(subRecord.toString(), query);
    return answers.length === 1 ? keysOf(answers[0]) : { error: 'the query gives no single object' };
  } catch (error) {
    if (!(error instanceof jq.JqError)) throw error;
    return { error: error.message };
  }
}

function parse(bytes: Buffer): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(bytes.toString()) };
  } catch {
    return undefined;
  }
}

/** Every key must be present and a scalar, or Firehose cannot place the record. */
function keysOf(value: unknown): Extraction {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return { error: 'the query gives no object' };
  const keys: Record<string, string> = {};
  for (const [name, key] of Object.entries(value)) {
    if (typeof key === 'object' || key === '')
      return { error: `partitionKeys values must not be null or empty: ${name}` };
    keys[name] = String(key);
  }
  return { keys, place: JSON.stringify(keys) };
}
