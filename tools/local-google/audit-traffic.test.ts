import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { eventId, logTypeOf, parseEntry, type LogEntry } from '#audit-log';
import { malformations } from './audit-traffic-malformed.js';
import { Random } from './audit-traffic-random.js';
import { AuditTraffic, type TrafficMessage } from './audit-traffic.js';

const nowMs = Date.UTC(2026, 1, 3);
const take = (count: number, of: { seed: number; malformedShare?: number }): TrafficMessage[] => {
  const traffic = new AuditTraffic({ tenant: 'acme', ...of });
  return Array.from({ length: count }, (_, n) => traffic.next(nowMs + n));
};
const messages = take(20_000, { seed: 1, malformedShare: 0 });
const entries = messages.map(({ data }) => {
  const parsed = parseEntry(data);
  if ('refused' in parsed) throw new Error(`${parsed.refused}: ${data.toString()}`);
  return parsed.entry;
});
const payloads = entries.map((entry) => entry['protoPayload'] as LogEntry);
const shareOf = (is: (entry: LogEntry, payload: LogEntry) => boolean) =>
  entries.filter((entry, index) => is(entry, payloads[index] ?? {})).length / entries.length;
const count = (values: readonly unknown[]) => new Set(values).size;

describe('the malformed flag', () => {
  it('is exactly what the parser says', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        for (const { data, malformed } of take(100, { seed, malformedShare: 0.3 })) {
          expect('refused' in parseEntry(data)).toBe(malformed);
        }
      }),
    );
  });

  it.each(Object.entries(malformations))('%s is refused for that reason', (reason, malform) => {
    fc.assert(
      fc.property(fc.integer(), fc.nat(1000), (seed, index) => {
        const entry = messages[index]?.data ?? Buffer.alloc(0);
        expect(parseEntry(malform(new Random(seed), entry))).toEqual({ refused: reason });
      }),
    );
  });

  it('is set on one message in two thousand unless told otherwise', () => {
    const malformed = take(40_000, { seed: 3 }).filter((message) => message.malformed).length;
    expect(malformed).toBeGreaterThan(8);
    expect(malformed).toBeLessThan(40);
  });
});

describe('the entries', () => {
  it('have all the fields of a LogEntry', () => {
    for (const [index, entry] of entries.slice(0, 3_000).entries()) {
      const { timestamp, receiveTimestamp, insertId, severity, resource } = entry;
      const nanoseconds = expect.stringMatching(/^2026-02-0[23]T\d\d:\d\d:\d\d\.\d{9}Z$/);
      expect([timestamp, receiveTimestamp]).toEqual([nanoseconds, nanoseconds]);
      expect((receiveTimestamp as string) > (timestamp as string)).toBe(true);
      expect(insertId).toMatch(/^[0-9a-z]{13}$/);
      expect(severity).toMatch(/^(INFO|NOTICE|ERROR)$/);
      expect(resource).toEqual({ type: expect.any(String), labels: expect.any(Object) });
      expect(payloads[index]).toMatchObject({
        '@type': 'type.googleapis.com/google.cloud.audit.AuditLog',
        methodName: expect.any(String),
        resourceName: expect.any(String),
        authenticationInfo: expect.any(Object),
        requestMetadata: expect.any(Object),
      });
    }
  });

  it('are of the sizes of real ones', () => {
    const sizes = messages.map(({ data }) => data.length).sort((a, b) => a - b);
    expect(sizes[10_000]).toBeGreaterThan(1300);
    expect(sizes[10_000]).toBeLessThan(1700);
    expect(sizes[19_000]).toBeGreaterThan(2100);
    expect(sizes[19_000]).toBeLessThan(2900);
    expect(sizes.at(-1)).toBeLessThan(10_000);
  });

  it('are each an event of their own', () => {
    expect(count(entries.map(({ insertId }) => insertId))).toBe(entries.length);
    expect(count(entries.map((entry, n) => eventId('acme', entry, messages[n]?.data ?? Buffer.of())))).toBe(
      entries.length,
    );
  });

  it('come from the four logs, of projects, folders and the organisation', () => {
    expect(new Set(entries.map(logTypeOf))).toEqual(
      new Set(['activity', 'data_access', 'system_event', 'policy']),
    );
    expect(new Set(entries.map(({ logName }) => String(logName).split('/')[0]))).toEqual(
      new Set(['projects', 'folders', 'organizations']),
    );
  });

  it('come from many services and methods', () => {
    expect(count(payloads.map(({ serviceName }) => serviceName))).toBeGreaterThan(15);
    expect(count(payloads.map(({ methodName }) => methodName))).toBeGreaterThan(50);
  });

  it('have the awkward shapes of real logs', () => {
    const share = {
      denied: shareOf((_, { status }) => (status as LogEntry | undefined)?.['code'] === 7),
      notFound: shareOf((_, { status }) => (status as LogEntry | undefined)?.['code'] === 5),
      noStatus: shareOf((_, { status }) => status === undefined),
      emptyStatus: shareOf((_, { status }) => JSON.stringify(status) === '{}'),
      noService: shareOf((_, { serviceName }) => serviceName === undefined),
      noPrincipal: shareOf((_, { authenticationInfo }) => JSON.stringify(authenticationInfo) === '{}'),
      subjectOnly: shareOf((_, { authenticationInfo }) =>
        /^\{"principalSubject/.test(JSON.stringify(authenticationInfo)),
      ),
      delegated: shareOf(
        (_, { authenticationInfo }) => 'serviceAccountDelegationInfo' in (authenticationInfo as LogEntry),
      ),
      withKey: shareOf(
        (_, { authenticationInfo }) => 'serviceAccountKeyName' in (authenticationInfo as LogEntry),
      ),
      noIp: shareOf((_, { requestMetadata }) => !('callerIp' in (requestMetadata as LogEntry))),
      noAuthorization: shareOf((_, { authorizationInfo }) => authorizationInfo === undefined),
      split: shareOf(({ split }) => split !== undefined),
      labelled: shareOf(({ labels }) => labels !== undefined),
    };
    for (const [name, value] of Object.entries(share))
      expect([name, value > 0 && value < 0.6]).toEqual([name, true]);
  });

  it('never say that a denied permission was granted, and leave granted out instead', () => {
    const denied = payloads.filter(({ status }) => (status as LogEntry | undefined)?.['code'] === 7);
    const decisions = denied.flatMap(({ authorizationInfo }) => (authorizationInfo ?? []) as LogEntry[]);
    expect(decisions.length).toBeGreaterThan(100);
    expect(decisions.filter((decision) => 'granted' in decision)).toEqual([]);
  });

  it('end the operations that they begin, on the same resource', () => {
    const ends = (end: 'first' | 'last') =>
      entries.flatMap((entry, index) => {
        const operation = entry['operation'] as LogEntry | undefined;
        return operation?.[end] === true
          ? [[operation['id'], [payloads[index]?.['resourceName'], payloads[index]?.['methodName']]] as const]
          : [];
      });
    const begun = new Map(ends('first'));
    const ended = ends('last');
    expect(ended.length).toBeGreaterThan(500);
    for (const [id, of] of ended) expect(of).toEqual(begun.get(id));
    expect(begun.size - ended.length).toBeLessThan(300);
  });
});

describe('a seed', () => {
  it('decides every byte', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const texts = (from: number) =>
          take(50, { seed: from, malformedShare: 0.1 }).map(({ data, ...message }) =>
            JSON.stringify({ ...message, data: data.toString('latin1') }),
          );
        expect(texts(seed)).toEqual(texts(seed));
        expect(texts(seed)).not.toEqual(texts(seed + 1));
      }),
      { numRuns: 20 },
    );
  });
});
