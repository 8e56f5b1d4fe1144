/** Messages that break parsers; each must land byte for byte, or lie in quarantine as it came. */
export function malformed(): Buffer[] {
  const texts = [
    ' ',
    'null',
    '[]',
    '"text"',
    '{',
    '{"insertId":"nul-\\u0000"}',
    '{"insertId":"raw-nul-\u0000"}',
    '{"__proto__":{"polluted":true},"constructor":1,"insertId":"proto"}',
    '{"insertId":"huge","n":1e400}',
    '{"insertId":"int64","n":9223372036854775807,"m":-0}',
    '{"insertId":"surrogate","s":"\\ud800"}',
    '{"insertId":"twice","insertId":"again"}',
    `{"insertId":"deep","a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
    '{"insertId":"trailing"} {}',
    '\ufeff{"insertId":"bom"}',
  ];
  return [
    ...texts.map((text) => Buffer.from(text)),
    Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]),
    Buffer.from([0xc0, 0x80]),
  ];
}
