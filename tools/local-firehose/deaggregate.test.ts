import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { deaggregate } from './deaggregate.js';

const json = { kind: 'JSON' } as const;
const texts = (record: string) => deaggregate(Buffer.from(record), json).map(String);

const object = fc.dictionary(fc.string(), fc.jsonValue()).map((value) => JSON.stringify(value));

describe('deaggregate', () => {
  it('takes JSON objects apart, however they are joined, byte for byte', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(object, fc.constantFrom('', '\n', ' ', '\r\n'))), (parts) => {
        expect(texts(parts.flat().join(''))).toEqual(parts.map(([text]) => text));
      }),
    );
  });

  it('is not confused by braces, quotes and line breaks in strings', () => {
    const objects = ['{"a":"}{"}', '{"b":"\\"}\\n{"}', '{"c":"\\\\"}'];
    expect(texts(objects.join(''))).toEqual(objects);
    expect(texts(objects.join('\n'))).toEqual(objects);
  });

  it.each(['[1]', '{"a":1', 'text', '{"a":"x}'])('refuses %s', (record) => {
    expect(() => texts(record)).toThrow('the record');
  });

  it('splits at delimiters', () => {
    const type = { kind: 'DELIMITED', delimiter: Buffer.from('||') } as const;
    expect(deaggregate(Buffer.from('a||b|||| c'), type).map(String)).toEqual(['a', 'b', ' c']);
  });
});
