import { openBrace, skipSpace, type GuardedText } from './json-text.js';
import { extractNatively, type Extraction } from './metadata-query.js';
import { parsePlainQuery } from './plain-query.js';
import { pruneObject, wantedBy } from './pruned-object.js';
import type { StreamConfig } from './stream-config.js';

/** The objects of a record with what the query gives for each, or `undefined` when it takes a closer look. */
export type ProveObjects = (record: Buffer) => { parts: Buffer[]; extractions: Extraction[] } | undefined;

/** JSON nested deeper than this is left to JSON.parse. */
const maxDepth = 200;
/** Most lines have the keys of some line before. */
const maxRemembered = 1_000;

/**
 * For a plain query on JSON records: takes a record apart and reads its keys in one pass, if all of it is
 * well-formed. In all else it leaves the record to de-aggregation and the query, as if it were not there.
 */
export function provenObjects({
  subRecords,
  query,
}: Pick<StreamConfig, 'subRecords' | 'query'>): ProveObjects | undefined {
  const plain = query === undefined ? undefined : parsePlainQuery(query);
  if (subRecords?.kind !== 'JSON' || !plain) return undefined;
  const wanted = wantedBy(plain.paths);
  const remembered = new Map<string, Extraction>();
  const extract = (kept: string): Extraction => {
    const known = remembered.get(kept);
    if (known) return known;
    const extraction = extractNatively(plain, JSON.parse(kept));
    if (remembered.size === maxRemembered) remembered.clear();
    remembered.set(kept, extraction);
    return extraction;
  };
  return (record) => {
    const text = guarded(record);
    const parts: Buffer[] = [];
    const extractions: Extraction[] = [];
    for (let at = skipSpace(text, 0); at < record.length;) {
      if (text[at] !== openBrace) return undefined;
      const { end, kept } = pruneObject(text, at, wanted, maxDepth);
      if (end > record.length) return undefined;
      parts.push(record.subarray(at, end));
      extractions.push(extract(kept));
      at = skipSpace(text, end);
    }
    return { parts, extractions };
  };
}

let scratch = Buffer.alloc(0);

function guarded(record: Buffer): GuardedText {
  if (scratch.length < record.length + 2) scratch = Buffer.alloc(record.length + 2);
  record.copy(scratch);
  scratch[record.length] = 0;
  return scratch;
}
