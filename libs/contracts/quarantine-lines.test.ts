import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { maxRecordBytes } from './line.js';
import { quarantineLine } from './quarantine.js';
import { quarantineLines } from './quarantine-lines.js';

const event = {
  tenantId: 'acme',
  connectionId: 'c'.repeat(64),
  messageId: '7'.repeat(19),
  receivedAtMs: 1_770_000_000_000,
  reason: 'invalid_json' as const,
};
const read = (lines: readonly Buffer[]) =>
  lines.map((line) => quarantineLine.parse(JSON.parse(line.toString())));

describe('quarantineLines', () => {
  it('keeps every byte of the original, on newline-ended lines', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 500 }), (original) => {
        const lines = quarantineLines({ ...event, bytes: Buffer.from(original) });
        expect(lines).toHaveLength(1);
        expect(lines[0]?.indexOf('\n')).toBe((lines[0]?.length ?? 0) - 1);
        const [line] = read(lines);
        expect(Buffer.from(line?.data_base64 ?? '', 'base64')).toEqual(Buffer.from(original));
      }),
    );
  });

  it('cuts what is too large for a record into numbered parts of one id', () => {
    const bytes = Buffer.alloc(10 * 1024 * 1024, 'x');
    const lines = quarantineLines({ ...event, bytes });
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(maxRecordBytes);
    const parts = read(lines);
    expect(parts.map(({ part }) => part)).toEqual(parts.map((_, index) => index + 1));
    expect(new Set(parts.map(({ quarantine_id: id, parts: of }) => `${id} ${String(of)}`)).size).toBe(1);
    const original = Buffer.concat(parts.map((part) => Buffer.from(part.data_base64, 'base64')));
    expect(original.equals(bytes)).toBe(true);
  });

  it('gives two events two ids, and one event the same id again', () => {
    const id = (messageId: string) =>
      read(quarantineLines({ ...event, messageId, bytes: Buffer.from('x') }))[0]?.quarantine_id;
    expect(id('1')).toBe(id('1'));
    expect(id('1')).not.toBe(id('2'));
  });
});
