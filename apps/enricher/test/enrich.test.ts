import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { quarantineLine, type QuarantineReason } from '#contracts';
import { bookHourOf } from '#ledger';
import { EnricherStage, eventually, startedMs, type HandedOn } from './enricher-stage.js';

const hour = bookHourOf(startedMs);
const hourMs = 3_600_000;

describe('the enricher', () => {
  let stage: EnricherStage;

  beforeAll(async () => {
    stage = await EnricherStage.start();
  });
  afterAll(async () => {
    await stage.stop();
  });

  const segmentsOf = (batch: HandedOn | undefined, kind: 'events' | 'quarantine') =>
    batch?.segments.filter((segment) => segment.kind === kind) ?? [];
  const quarantined = (batch: HandedOn | undefined) =>
    segmentsOf(batch, 'quarantine').flatMap(({ text }) =>
      text.map((line) => quarantineLine.parse(JSON.parse(line))),
    );

  it.each([
    ['numbers beyond doubles', '{"n":9007199254740993,"b":1e400,"z":0.10,"m":-0}'],
    ['keys that mean something to JavaScript', '{"__proto__":{"a":1},"constructor":{"prototype":1},"a":2}'],
    ['keys out of order, and twice', '{"b":1,"10":1,"2":1,"a":1,"b":2}'],
    ['odd Unicode', '{"s":"\\ud800 \\u0000 \u2028 \u{1f9ea} e\u0301 \ufeff","\\u0061":1}'],
    ['white space between tokens', ' {\t"a" : [ 1 ,2 ] } '],
  ])('carries %s byte for byte', async (_, data) => {
    const [batch] = await stage.enrich([{ tenant: 'bytes', data }]);
    const [line = ''] = batch?.segments[0]?.text ?? [];
    expect(line).toMatch(
      /^\{"tenant_id":"bytes","connection_id":"connection-of-bytes","event_id":"[0-9a-f]+",/,
    );
    expect(line.endsWith(`"log_entry":${data}}`)).toBe(true);
  });

  it('writes spaces for line breaks between tokens, and keeps those in strings escaped', async () => {
    const [batch] = await stage.enrich([{ tenant: 'bytes', data: '{\n  "a": 1,\r\n  "b": "x\\n"\n}\n' }]);
    const [segment] = batch?.segments ?? [];
    expect(segment?.text).toHaveLength(1);
    expect(segment?.text[0]?.endsWith('"log_entry":{   "a": 1,    "b": "x\\n" } }')).toBe(true);
  });

  it('keeps tenants apart, and connections, hours and quarantine', async () => {
    const tenants = ['red', 'green', 'blue'];
    const events = Array.from({ length: 240 }, (_, index) => {
      const tenant = tenants[index % 3] ?? '';
      const data = index % 5 === 0 ? 'no json' : `{"tenant_id":"other","insertId":"${String(index)}"}`;
      const connection = `${tenant}-${index % 2 === 0 ? 'a' : 'b'}`;
      return { tenant, data, connection, receivedAtMs: startedMs + (index % 8 < 4 ? 0 : hourMs) };
    });
    const [batch] = await stage.enrich(events);
    const partitions = (batch?.segments ?? []).map(
      ({ kind, tenantId, connectionId, hour }) => `${kind} ${tenantId} ${connectionId} ${hour}`,
    );
    expect(partitions).toHaveLength(24);
    expect(new Set(partitions).size).toBe(24);
    for (const segment of batch?.segments ?? []) {
      expect(segment.text).toHaveLength(segment.kind === 'events' ? 16 : 4);
      expect(segment.lines).toBe(segment.text.length);
      expect(segment.events).toBe(segment.text.length);
      expect(segment.connectionId.startsWith(segment.tenantId)).toBe(true);
      for (const line of segment.text) {
        const { tenant_id, connection_id, received_at } = JSON.parse(line) as Record<string, string>;
        expect([tenant_id, connection_id]).toEqual([segment.tenantId, segment.connectionId]);
        expect(received_at?.startsWith(segment.hour)).toBe(true);
      }
    }
  });

  it.each<[string, string | Buffer, QuarantineReason]>([
    ['nothing', '', 'empty'],
    ['half of an object', '{"a":', 'invalid_json'],
    ['two objects', '{"a":1}\n{"a":2}', 'invalid_json'],
    ['a list', '[{"a":1}]', 'not_an_object'],
    ['null', 'null', 'not_an_object'],
    ['bytes that are no UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d]), 'invalid_utf8'],
    ['a depth bomb', '{"a":'.repeat(100_000) + '1' + '}'.repeat(100_000), 'too_deep'],
    ['an entry that fits in no record', JSON.stringify({ a: 'x'.repeat(1_024_000) }), 'line_too_large'],
  ])('quarantines %s with its reason and bytes, and hands the rest on', async (name, data, reason) => {
    const [batch] = await stage.enrich([
      { tenant: 'odd', data: '{"before":1}' },
      { tenant: 'odd', data, messageId: name },
      { tenant: 'odd', data: '{"after":1}' },
    ]);
    expect(segmentsOf(batch, 'events').flatMap(({ text }) => text)).toEqual([
      expect.stringContaining('{"before":1}'),
      expect.stringContaining('{"after":1}'),
    ]);
    const parts = quarantined(batch);
    expect(parts[0]).toMatchObject({
      tenant_id: 'odd',
      connection_id: 'connection-of-odd',
      message_id: name,
      received_at: new Date(startedMs).toISOString(),
      reason,
    });
    const original = Buffer.concat(parts.map((part) => Buffer.from(part.data_base64, 'base64')));
    expect(original.equals(Buffer.from(data))).toBe(true);
    expect(segmentsOf(batch, 'quarantine')).toEqual([
      expect.objectContaining({ events: 1, lines: parts.length, hour }),
    ]);
  });

  it.each<QuarantineReason>(['not_a_push', 'bad_base64', 'body_too_large', 'empty'])(
    'quarantines what the receiver refused as %s, even if it could be read',
    async (refused) => {
      const [batch] = await stage.enrich([
        { tenant: 'odd', data: '{"body":1}', messageId: '', refused },
        { tenant: 'odd', data: '{"body":1}', messageId: '', refused },
        { tenant: 'odd', data: '{"readable":1}' },
      ]);
      expect(quarantined(batch)).toEqual(
        Array.from({ length: 2 }, () =>
          expect.objectContaining({ reason: refused, message_id: '', data_base64: btoa('{"body":1}') }),
        ),
      );
      expect(segmentsOf(batch, 'events')).toEqual([expect.objectContaining({ events: 1 })]);
    },
  );

  it('keeps a batch that does not match its checksum as failed, and hands nothing of it on', async () => {
    const batch = await stage.seal([{ tenant: 'flip', data: '{"a":1}' }]);
    const bytes = Buffer.from(batch.body, 'base64');
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
    const before = stage.handedOn.length;
    const { failed } = await stage.depth('received');
    await stage.publish({ ...batch, body: bytes.toString('base64') });
    await eventually('the job has failed', async () => (await stage.depth('received')).failed === failed + 1);
    const job = await stage.redis.hgetall(`{received-0}:received:${batch.batchId}`);
    expect(job['failedReason']).toContain('corrupt_batch');
    expect(job['data']).toContain(batch.batchId);
    expect(stage.handedOn).toHaveLength(before);
  });
});
