import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { skipSpace, valueEnd } from './json-text.js';
import { anyJson, mutated } from './test/mutations.js';

function isJson(bytes: Buffer): boolean {
  const text = Buffer.concat([bytes, Buffer.alloc(2)]);
  return skipSpace(text, valueEnd(text, skipSpace(text, 0), 100)) === bytes.length;
}

function parses(bytes: Buffer): boolean {
  try {
    JSON.parse(bytes.toString());
    return true;
  } catch {
    return false;
  }
}

describe('valueEnd', () => {
  it('finds the end of any JSON', () => {
    fc.assert(fc.property(anyJson, isJson), { numRuns: 500 });
  });

  it('agrees with JSON.parse on what is no JSON, or still is', () => {
    fc.assert(
      fc.property(mutated(anyJson), (bytes) => {
        expect(isJson(bytes)).toBe(parses(bytes));
      }),
      { numRuns: 5_000 },
    );
  });

  it.each([
    ['-0', '1.5e+10', '0.0E-1', '[1,{"a":[]},"\\ud83d"]', ' {"a" : null } '],
    [
      '01',
      '1.',
      '.5',
      '1e',
      '-',
      '+1',
      'tru',
      '[1,]',
      '{"a":1,}',
      '{,}',
      '{"a"}',
      '"\\u00g0"',
      '"\t"',
      '[',
      '"',
    ],
  ])('agrees with JSON.parse on the odd cases: %s ...', (...texts) => {
    for (const text of texts)
      expect([text, isJson(Buffer.from(text))]).toEqual([text, parses(Buffer.from(text))]);
  });

  it('takes deep nesting for a mistake', () => {
    const nested = (depth: number) => Buffer.from('['.repeat(depth) + ']'.repeat(depth));
    expect([isJson(nested(100)), isJson(nested(101)), isJson(nested(100_000))]).toEqual([true, false, false]);
  });
});
