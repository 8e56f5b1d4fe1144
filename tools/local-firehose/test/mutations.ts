import fc from 'fast-check';

/** What breaks JSON, or seems to. */
const snippet = fc.oneof(
  fc.constantFrom(
    ...'{}[]":,\\/-+.0123456789eEtfnul \n\r\t\0\u0001\u007f',
    'é',
    '\ufeff',
    'true',
    'null',
    '\\u00e9',
    '\\x',
  ),
  fc.integer({ min: 0, max: 255 }).map((byte) => Buffer.from([byte])),
);

/** The bytes with a few pieces of them taken out and others put in, at any place. */
export function mutated(bytes: fc.Arbitrary<Buffer>): fc.Arbitrary<Buffer> {
  const change = fc.record({ at: fc.nat(), removed: fc.nat({ max: 3 }), put: fc.option(snippet) });
  return fc.tuple(bytes, fc.array(change, { minLength: 1, maxLength: 3 })).map(([original, changes]) =>
    changes.reduce((text, { at, removed, put }) => {
      const start = at % (text.length + 1);
      return Buffer.concat([text.subarray(0, start), Buffer.from(put ?? ''), text.subarray(start + removed)]);
    }, original),
  );
}

/** JSON in many spellings: indented or not, names and texts escaped or not. */
export const anyJson: fc.Arbitrary<Buffer> = fc
  .tuple(fc.jsonValue({ maxDepth: 5 }), fc.constantFrom('', ' ', '\t', '\r\n'), fc.boolean())
  .map(([value, indent, isAscii]) => {
    const text = JSON.stringify(value, undefined, indent);
    return Buffer.from(isAscii ? escaped(text) : text);
  });

function escaped(text: string): string {
  return text.replaceAll(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
