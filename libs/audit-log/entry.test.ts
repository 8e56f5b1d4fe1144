import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { onOneLine, parseEntry } from './entry.js';

const reasonOf = (text: string | Buffer) => {
  const result = parseEntry(Buffer.from(text as string));
  return 'refused' in result ? result.refused : 'understood';
};

describe('parseEntry', () => {
  it.each([
    ['', 'empty'],
    [Buffer.from([0x7b, 0xff, 0x7d]), 'invalid_utf8'],
    [Buffer.concat([Buffer.from('{"a":"\ufffd'), Buffer.from([0x80]), Buffer.from('"}')]), 'invalid_utf8'],
    ['{"a":"\ufffd"}', 'understood'],
    ['{"insertId":', 'invalid_json'],
    ['\ufeff{}', 'invalid_json'],
    ['{"a":"line\nbreak"}', 'invalid_json'],
    ['[1]', 'not_an_object'],
    ['null', 'not_an_object'],
    ['42', 'not_an_object'],
    [`${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`, 'too_deep'],
    ['{}', 'understood'],
    ['{"__proto__":{"polluted":true},"n":1e400,"id":9007199254740993,"s":"\\ud800\\u0000"}', 'understood'],
  ])('says what %j is', (text, reason) => {
    expect(reasonOf(text)).toBe(reason);
  });

  it('does not let a __proto__ key reach any prototype', () => {
    const result = parseEntry(Buffer.from('{"__proto__":{"polluted":true}}'));
    expect('entry' in result && Object.keys(result.entry)).toEqual(['__proto__']);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('never throws, whatever the bytes', () => {
    fc.assert(fc.property(fc.uint8Array(), (bytes) => void parseEntry(Buffer.from(bytes))));
  });
});

describe('onOneLine', () => {
  it('changes line breaks between tokens into spaces, and nothing else', () => {
    fc.assert(
      fc.property(fc.json(), fc.constantFrom('\n', '\r\n', '\r'), (json, lineBreak) => {
        const pretty = JSON.stringify(JSON.parse(json), undefined, 2).replaceAll('\n', lineBreak);
        const line = onOneLine(Buffer.from(pretty)).toString();
        expect(line).not.toMatch(/[\r\n]/);
        expect(line).toHaveLength(pretty.length);
        expect(JSON.parse(line)).toEqual(JSON.parse(pretty));
      }),
    );
  });
});
