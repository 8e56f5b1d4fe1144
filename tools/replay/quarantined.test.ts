import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { quarantineLine, quarantineLines, receivedHeader, unseal } from '#contracts';
import { eventsIn, isReplayable, replayBatches } from './quarantined.js';

const line = (bytes: Buffer, messageId = '1', reason: 'invalid_json' | 'refused_by_sink' = 'invalid_json') =>
  quarantineLines({
    tenantId: 'acme',
    connectionId: 'connection',
    messageId,
    receivedAtMs: 1_770_000_000_000,
    reason,
    bytes,
  }).map((text) => quarantineLine.parse(JSON.parse(text.toString())));

describe('eventsIn', () => {
  it('puts a message together from its parts, in whatever order they come, and none twice', () => {
    const bytes = Buffer.alloc(2_000_000, 'abc');
    const parts = line(bytes);
    expect(parts.length).toBeGreaterThan(2);
    const [event, ...others] = eventsIn([...parts].reverse().concat(parts));
    expect(others).toEqual([]);
    expect(event?.bytes.equals(bytes)).toBe(true);
  });

  it('leaves out a message whose parts are not all there', () => {
    expect(eventsIn(line(Buffer.alloc(2_000_000)).slice(1))).toEqual([]);
  });

  it('takes the original out of a line that Firehose refused', () => {
    const refused = Buffer.from('{"tenant_id":"acme","log_entry":{"a":"\u00e9","log_entry":{}}}\n');
    const [event] = eventsIn(line(refused, '1', 'refused_by_sink'));
    expect(event?.bytes.toString()).toBe('{"a":"\u00e9","log_entry":{}}');
  });
});

it('does not take a request that the receiver could not read for a message', () => {
  const [message] = eventsIn(line(Buffer.from('{}')));
  expect(message && isReplayable(message)).toBe(true);
  expect(message && isReplayable({ ...message, reason: 'not_a_push' })).toBe(false);
});

describe('replayBatches', () => {
  it('carries every message once, under the id of its quarantine', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 100 }), { maxLength: 30 }), async (originals) => {
        const events = eventsIn(originals.flatMap((bytes, index) => line(Buffer.from(bytes), String(index))));
        const batches = await replayBatches(events, 5);
        const opened = await Promise.all(batches.map((batch) => unseal(batch, receivedHeader)));
        expect(opened.flatMap(({ payloads }) => payloads)).toEqual(
          originals.map((bytes) => Buffer.from(bytes)),
        );
        const ids = opened.flatMap(({ header }) => header.events.map(({ messageId }) => messageId));
        expect(ids).toEqual(events.map(({ id }) => `replay-${id}`));
      }),
    );
  });

  it('makes batches of bounded size', async () => {
    const events = eventsIn(
      Array.from({ length: 5 }, (_, n) => line(Buffer.alloc(900_000), String(n))).flat(),
    );
    expect((await replayBatches(events, 5)).map(({ count }) => count)).toEqual([2, 2, 1]);
  });
});
