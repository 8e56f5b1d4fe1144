import { describe, expect, it } from '@jest/globals';
import { bufferOf, rawLine } from '#contracts';
import { lineFormats } from './formats.js';
import { readEvent } from './read-event.js';

const original = '{"b":1.0,"a":9007199254740993,\r\n "__proto__":{},"e":1e400,"s":"\\ud800 \\u0000 é"}';
const read = readEvent({
  tenantId: 'acme',
  connectionId: 'c"1',
  receivedAtMs: Date.UTC(2026, 1, 3),
  bytes: Buffer.from(original),
});
const line = 'event' in read ? bufferOf(lineFormats.raw(read.event)) : Buffer.alloc(0);

describe('the raw format', () => {
  it('is one newline-ended line of its contract', () => {
    expect(line.indexOf(0x0a)).toBe(line.length - 1);
    expect(rawLine.parse(JSON.parse(line.toString()))).toMatchObject({
      tenant_id: 'acme',
      connection_id: 'c"1',
      received_at: '2026-02-03T00:00:00.000Z',
    });
  });

  it('carries the original bytes, with nothing but line breaks changed', () => {
    expect(line.toString()).toContain(`"log_entry":${original.replace('\r\n', '  ')}}`);
  });
});
