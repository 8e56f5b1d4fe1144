import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { lineFormats, type WriteOptions } from '#audit-log';
import { bufferOf, maxRecordBytes, quarantineLine, rawLine, type Bytes } from '#contracts';
import { understand as understandAll, type BatchEvent } from './understand.js';

const receivedAtMs = Date.parse('2026-02-03T04:05:06.789Z');
const event = (payload: string | Buffer, more: Partial<BatchEvent> = {}): BatchEvent => ({
  ...{ tenantId: 'acme', connectionId: 'acme-1', messageId: '7', publishTime: '', receivedAtMs },
  payload: Buffer.from(payload),
  ...more,
});
/** As the only event of its batch. */
const understand = (one: BatchEvent, how: WriteOptions) => {
  const [outcome, ...more] = understandAll([one], how);
  if (outcome === undefined || more.length > 0) throw new Error('not one outcome');
  return outcome;
};
const asRaw = { format: lineFormats.raw };
const newline = 0x0a;
const newlines = (bytes: Buffer) => bytes.filter((byte) => byte === newline).length;
const originalOf = (lines: readonly Bytes[]) =>
  Buffer.concat(
    lines.map((line) =>
      Buffer.from(quarantineLine.parse(JSON.parse(bufferOf(line).toString())).data_base64, 'base64'),
    ),
  );

describe('understand', () => {
  it('makes one line of one entry, and its original bytes stand in it', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 5 })), (entry) => {
        const text = JSON.stringify(entry);
        const outcome = understand(event(text), asRaw);
        expect(outcome).toMatchObject({ kind: 'events', logType: 'other' });
        const [line = Buffer.alloc(0), ...more] = outcome.lines.map(bufferOf);
        expect(more).toEqual([]);
        expect(newlines(line)).toBe(1);
        expect(line.toString().endsWith(`,"log_entry":${text}}\n`)).toBe(true);
        const { received_at, ...ids } = rawLine.parse(JSON.parse(line.toString()));
        expect(ids).toMatchObject({ tenant_id: 'acme', connection_id: 'acme-1' });
        expect(Date.parse(received_at)).toBe(receivedAtMs);
      }),
    );
  });

  it('never throws and loses no byte, whatever comes', () => {
    const bytes = fc.oneof(
      fc.uint8Array().map((array) => Buffer.from(array)),
      fc.json().map((text) => Buffer.from(text)),
      fc.tuple(fc.json(), fc.nat(40)).map(([text, cut]) => Buffer.from(text.slice(0, cut))),
    );
    fc.assert(
      fc.property(bytes, (payload) => {
        const outcome = understand(event(payload), asRaw);
        for (const line of outcome.lines.map(bufferOf)) expect(line.indexOf(newline)).toBe(line.length - 1);
        if (outcome.kind === 'quarantine') expect(originalOf(outcome.lines).equals(payload)).toBe(true);
        else expect(JSON.parse(payload.toString())).toEqual(expect.any(Object));
      }),
    );
  });

  it('does not read what the receiver refused', () => {
    const outcome = understand(event('{"a":1}', { refused: 'bad_base64' }), asRaw);
    expect(outcome).toMatchObject({ kind: 'quarantine', reason: 'bad_base64' });
    expect(originalOf(outcome.lines).toString()).toBe('{"a":1}');
  });

  it('takes the tenant from the connection, never from the entry', () => {
    const { lines } = understand(event('{"tenant_id":"evil","connection_id":"evil"}'), asRaw);
    expect(JSON.parse(String(lines.map(bufferOf)[0]))).toMatchObject({
      tenant_id: 'acme',
      connection_id: 'acme-1',
    });
  });

  it('tells the log that an entry comes from', () => {
    const logName = 'projects/p/logs/cloudaudit.googleapis.com%2Fdata_access';
    expect(understand(event(JSON.stringify({ logName })), asRaw)).toMatchObject({
      logType: 'data_access',
    });
  });

  it('quarantines the first line that is a byte too large for a record, and not the last that fits', () => {
    const around = understand(event('{"a":""}'), asRaw).lines[0]?.length ?? 0;
    const entry = (size: number) => event(`{"a":"${'x'.repeat(size - around)}"}`);
    const fits = understand(entry(maxRecordBytes), asRaw);
    expect(fits).toMatchObject({ kind: 'events' });
    expect(fits.lines[0]?.length).toBe(maxRecordBytes);
    const tooLarge = understand(entry(maxRecordBytes + 1), asRaw);
    expect(tooLarge).toMatchObject({ kind: 'quarantine', reason: 'line_too_large' });
    expect(tooLarge.lines.every(({ length }) => length <= maxRecordBytes)).toBe(true);
    expect(originalOf(tooLarge.lines).equals(entry(maxRecordBytes + 1).payload)).toBe(true);
  });

  it('gives the outcomes of a batch in the order of its events', () => {
    const events = ['{"a":1}', 'broken', '{"a":2}', '[]', '{"a":3}'].map((text) => event(text));
    const refused = event('{"a":4}', { refused: 'bad_base64' });
    const outcomes = understandAll([...events, refused], asRaw);
    expect(outcomes.map((outcome) => outcome.event)).toEqual([...events, refused]);
    expect(outcomes.map(({ kind }) => kind)).toEqual([
      ...['events', 'quarantine', 'events', 'quarantine', 'events', 'quarantine'],
    ]);
    expect(outcomes.map((outcome) => ('reason' in outcome ? outcome.reason : ''))).toEqual([
      ...['', 'invalid_json', '', 'not_an_object', '', 'bad_base64'],
    ]);
    expect(understandAll([], asRaw)).toEqual([]);
  });

  it('gives each event of a large batch its own line', () => {
    const texts = Array.from({ length: 100 }, (_, index) =>
      index % 7 === 0 ? 'broken' : JSON.stringify({ index, text: 'x'.repeat(index) }),
    );
    const outcomes = understandAll(
      texts.map((text) => event(text)),
      asRaw,
    );
    outcomes.forEach(({ kind, lines }, index) => {
      const text = texts[index] ?? '';
      expect(kind).toBe(text === 'broken' ? 'quarantine' : 'events');
      if (kind === 'events')
        expect(lines.map(bufferOf).join('').endsWith(`,"log_entry":${text}}\n`)).toBe(true);
    });
    expect(outcomes).toHaveLength(texts.length);
  });
});
