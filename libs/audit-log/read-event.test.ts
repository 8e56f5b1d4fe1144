import { describe, expect, it } from '@jest/globals';
import { bufferOf } from '#contracts';
import { lineFormats } from './formats.js';
import { readEvent, type ReadOptions } from './read-event.js';

const source = { tenantId: 'acme', connectionId: 'c1', receivedAtMs: Date.UTC(2026, 1, 3) };
const read = (entry: unknown, how: ReadOptions = {}) => {
  const result = readEvent(
    { ...source, bytes: Buffer.from(JSON.stringify(entry)) },
    { networkOf: (ip) => ({ city: ip }), ...how },
  );
  if ('refused' in result) throw new Error(result.refused);
  return result;
};
const secret = '-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBg\n-----END PRIVATE KEY-----\n';
const leaking = {
  protoPayload: { methodName: secret, status: { message: secret }, request: { key: secret } },
};

describe('readEvent', () => {
  it.each(Object.entries(lineFormats))(
    'lets no secret into a line of %s, not even by way of a field',
    (_, format) => {
      const { event, redacted } = read(leaking);
      expect(bufferOf(format(event)).toString()).not.toContain('MIIEvQ');
      expect([...(redacted?.values() ?? [])].reduce((sum, count) => sum + count, 0)).toBeGreaterThan(0);
    },
  );

  it('leaves secrets where they are when told to', () => {
    const { event, redacted } = read(leaking, { keepsSecrets: true });
    expect(bufferOf(lineFormats.raw(event)).toString()).toContain('MIIEvQ');
    expect(redacted).toBeUndefined();
  });

  it('does not let redaction change who an event is', () => {
    const { insertId: _, ...nameless } = { ...leaking, insertId: 'x' };
    const other = { ...nameless, protoPayload: { ...nameless.protoPayload, request: { key: `${secret} ` } } };
    expect(read(nameless).event.eventId).not.toBe(read(other).event.eventId);
  });

  it.each([
    ['8.8.8.8', { city: '8.8.8.8' }],
    ['10.0.0.1', undefined],
    ['private', undefined],
  ])('asks for the network of public callers only: %s', (callerIp, network) => {
    expect(read({ protoPayload: { requestMetadata: { callerIp } } }).event.network).toEqual(network);
  });

  it('says why bytes are no entry', () => {
    expect(readEvent({ ...source, bytes: Buffer.from('[]') })).toEqual({ refused: 'not_an_object' });
  });
});
