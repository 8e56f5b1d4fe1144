import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AuditTraffic } from '#tools/local-google';
import { Judge, Platform, drain, type PlatformConnection } from '../index.js';
import { LandedEvents } from './landed-events.js';

describe('a stream for each tenant', () => {
  let folder: string;
  let platform: Platform;
  let judge: Judge;
  const landed = new LandedEvents();
  const keys = new Set<string>();

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'floodgate-tenant-streams-'));
    platform = await Platform.start({
      ports: 'free',
      redisUrl: undefined,
      logDirectory: folder,
      objectIntervalMs: 300,
      streams: 0,
      control: { creatingMs: 500, callsPerSecond: 5 },
      environment: { DELIVERY_MODE: 'stream-per-tenant', CALL_TIMEOUT_MS: '2000' },
    });
    Object.assign(process.env, platform.aws.environment);
    judge = new Judge(platform.aws.queueUrl('judge'), (object) => {
      keys.add(object.key);
      landed.add(object);
    });
    judge.start();
  });
  afterAll(async () => {
    await judge.stop();
    await platform.stop();
    await rm(folder, { recursive: true, force: true });
  });

  function publish({ tenant, subscription }: PlatformConnection, count: number, seed: number): string[] {
    const traffic = new AuditTraffic({ seed, tenant, malformedShare: 0 });
    return Array.from({ length: count }, () => {
      const { data } = traffic.next(Date.now());
      platform.google.publish(subscription, data);
      return data.toString();
    });
  }

  async function expectBooksToClose(): Promise<void> {
    const reports = await drain(platform, judge, 60_000);
    expect(
      reports.flatMap(({ tenant, problems }) => problems.map((problem) => `${tenant}: ${problem}`)),
    ).toEqual([]);
  }

  it('is made on demand, takes its tenant alone, and loses nothing when Firehose and deliverers fail', async () => {
    const connections: PlatformConnection[] = [];
    for (let n = 1; n <= 6; n += 1) connections.push(await platform.connect(`tenant-${String(n)}`));
    const malformed = Buffer.from('{"half":');
    platform.aws.firehose.setFaults({ records: { fail: 3, of: 7 } });
    const published = new Map<string, string[]>();
    for (let round = 0; round < 4; round += 1) {
      for (const [index, connection] of connections.entries()) {
        const entries = publish(connection, 50, round * 100 + index);
        published.set(connection.tenant, [...(published.get(connection.tenant) ?? []), ...entries]);
      }
      await wait(700);
      if (round === 2) platform.app('deliverer').kill();
    }
    for (const { subscription } of connections) platform.google.publish(subscription, malformed);
    await platform.app('deliverer').ready();
    platform.aws.firehose.setFaults({});
    await expectBooksToClose();
    for (const { tenant } of connections) {
      expect([...new Set(landed.of(tenant))]).toEqual([...new Set(published.get(tenant))].sort());
      expect(landed.quarantineOf(tenant)).toHaveLength(1);
    }
    const streams = Object.keys(platform.aws.firehose.stats());
    const expected = connections.flatMap(({ tenant }) => [
      `floodgate.events.${tenant}`,
      `floodgate.quarantine.${tenant}`,
    ]);
    expect(streams.sort()).toEqual(expected.sort());
    expect([...keys].every((key) => key.endsWith('.json.gz'))).toBe(true);
  }, 120_000);

  it('is never another one of that name, and is made anew when it is gone', async () => {
    const mallory = await platform.connect('mallory');
    // With dynamic partitioning, as somebody might have made it by hand.
    await platform.aws.addStream('floodgate.events.mallory');
    const entries = publish(mallory, 20, 1);
    await platform.google.drained();
    const log = join(folder, 'deliverer.log');
    while (!readFileSync(log, 'utf8').includes('floodgate.events.mallory cannot be used')) await wait(50);
    const { calls } = platform.aws.firehose.stats()['floodgate.events.mallory'] ?? { calls: NaN };
    expect(calls).toBe(0);
    await platform.aws.removeStream('floodgate.events.mallory');
    await expectBooksToClose();
    expect(landed.of('mallory')).toEqual(entries.sort());

    await platform.aws.removeStream('floodgate.events.mallory');
    const more = publish(mallory, 20, 2);
    await expectBooksToClose();
    expect(landed.of('mallory')).toEqual([...entries, ...more].sort());
  }, 120_000);
});
