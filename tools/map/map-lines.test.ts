import { expect, it } from '@jest/globals';
import { lineFormats } from '#audit-log';
import { mapLines } from './map-lines.js';

it('maps each line, passes over empty ones, and names the unreadable by their number', async () => {
  const lines = ['{"protoPayload":{"methodName":"v1.compute.instances.insert"}}', '', '{"broken"', '[]'];
  const options = { format: lineFormats.raw, tenantId: 'acme', nowMs: Date.UTC(2026, 1, 3) };
  const mapped = [];
  for await (const one of mapLines(lines, options)) mapped.push(one);
  expect(mapped).toEqual([
    expect.objectContaining({ number: 1, category: 'create', ruleId: 'verb-create', secrets: 0 }),
    { number: 3, refused: 'invalid_json' },
    { number: 4, refused: 'not_an_object' },
  ]);
  const [first] = mapped;
  expect(first && 'line' in first && first.line.endsWith(`"log_entry":${lines[0] ?? ''}}\n`)).toBe(true);
});
