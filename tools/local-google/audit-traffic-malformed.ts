import type { Random } from './audit-traffic-random.js';

/** What may be wrong with a message's data, by the reason that a strict reader gives for refusing it. */
export const malformations = {
  invalid_json: (random: Random, entry: Buffer): Buffer => {
    const text = entry.toString();
    return Buffer.from(
      // By characters: half of one would be no UTF-8.
      random.chance(0.5) ? text.replace(/}$/, ',}') : text.slice(0, 1 + random.below(text.length - 1)),
    );
  },
  invalid_utf8: (random: Random, entry: Buffer): Buffer => {
    const at = random.below(entry.length);
    return Buffer.concat([entry.subarray(0, at), Buffer.from([0xff]), entry.subarray(at)]);
  },
  not_an_object: (random: Random, entry: Buffer): Buffer =>
    random.pick([
      () => Buffer.from(`[${entry.toString()}]`),
      () => Buffer.from('"hello"'),
      () => Buffer.from('null'),
    ])(),
  too_deep: (): Buffer => Buffer.from(`${'{"a":'.repeat(bombLevels)}1${'}'.repeat(bombLevels)}`),
  empty: (): Buffer => Buffer.alloc(0),
};

const bombLevels = 1000;
const ways = Object.values(malformations);

/** Spoils an entry in one of the ways; what comes out is never a LogEntry. */
export function malform(random: Random, entry: Buffer): Buffer {
  return random.pick(ways)(random, entry);
}
