import { Readable } from 'node:stream';
import { expect, it } from '@jest/globals';
import { lineFormats } from '#audit-log';
import { linesOf } from './lines.js';
import { mapLines } from './map-lines.js';

it('maps each line, passes over empty ones, and names the unreadable by their number', async () => {
  const lines = ['{"protoPayload":{"methodName":"v1.compute.instances.insert"}}', '', '{"broken"', '[]'];
  const options = { format: lineFormats.raw, tenantId: 'acme', nowMs: Date.UTC(2026, 1, 3) };
  const mapped = [];
  for await (const one of mapLines(
    lines.map((line) => Buffer.from(line)),
    options,
  ))
    mapped.push(one);
  expect(mapped).toEqual([
    expect.objectContaining({ number: 1, category: 'create', ruleId: 'verb-create', secrets: 0 }),
    { number: 3, refused: 'invalid_json' },
    { number: 4, refused: 'not_an_object' },
  ]);
  const [first] = mapped;
  expect(first && 'line' in first && first.line.endsWith(`"log_entry":${lines[0] ?? ''}}\n`)).toBe(true);
});

it.each<[chunks: (string | number[])[], lines: (string | number[])[]]>([
  [[], []],
  [['a\nb\n'], ['a', 'b']],
  [
    ['a', 'b\r', '\n\n', 'c'],
    ['ab', '', 'c'],
  ],
  [['\ufeff{}\n\ufeff{}'], ['{}', '\ufeff{}']],
  [['"\u2028\u0085\f"\n'], ['"\u2028\u0085\f"']],
  [
    [
      [0x22, 0xff, 0x0a, 0xe2],
      [0x80, 0xa8],
    ],
    [
      [0x22, 0xff],
      [0xe2, 0x80, 0xa8],
    ],
  ],
])('splits %j at the ends of lines and nowhere else', async (chunks, expected) => {
  const lines = [];
  for await (const line of linesOf(Readable.from(chunks.map(bytesOf)))) lines.push(line);
  expect(lines).toEqual(expected.map(bytesOf));
});

function bytesOf(content: string | number[]): Buffer {
  return typeof content === 'string' ? Buffer.from(content) : Buffer.from(content);
}
