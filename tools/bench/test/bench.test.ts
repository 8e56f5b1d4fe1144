import { describe, expect, it } from '@jest/globals';
import { zipfWeight } from '#tools/loadgen';
import { benchComparison, median } from '../compare.js';
import { benchDepth, hoursPerGiB } from '../depth.js';
import { benchWithYardstick, yardstickOf } from '../yardstick.js';

describe('the benchmark of the whole pipeline', () => {
  it('drives real apps, waits for all that was acknowledged, and tells where the time went', async () => {
    const figures = await benchWithYardstick({
      ...{ ratePerSecond: 300, durationMs: 1_500, warmUpMs: 500, connections: 16, tenants: 3, zipf: 1 },
    });
    const { acknowledged, delivered, cpuSecondsPerMillion: cpu, peakMiB, firehose } = figures;
    expect(acknowledged).toBeGreaterThan(400);
    expect(delivered).toBe(acknowledged);
    expect(cpu.all).toBeCloseTo(cpu.receiver + cpu.enricher + cpu.deliverer + cpu.redis);
    for (const part of ['receiver', 'enricher', 'deliverer', 'redis'] as const) {
      expect(cpu[part]).toBeGreaterThan(0);
      expect(peakMiB[part]).toBeGreaterThan(0);
    }
    expect(figures.receiptToFirehoseMs.p99).toBeGreaterThanOrEqual(figures.receiptToFirehoseMs.p50);
    expect(firehose.recordsPerMillion).toBeGreaterThan(0);
    expect(firehose.billedPerByte).toBeGreaterThanOrEqual(1);
    expect(figures.eventsPerBatch).toBeGreaterThanOrEqual(1);
    expect(figures.yardstick?.bareServer).toBeGreaterThan(0);
    expect(figures.yardstick?.ratio).toBeCloseTo(cpu.all / (figures.yardstick?.bareServer ?? 0));
  }, 60_000);
});

describe('yardstickOf', () => {
  it.each([
    [80, 21, 'met'],
    [147, 48, 'relative'],
    [147, 30, 'missed'],
  ])('says of %d CPU-seconds where a bare server takes %d that the budget is %s', (all, bare, budgetIs) => {
    expect(yardstickOf(all, bare)).toMatchObject({ budgetIs, ratio: all / bare });
  });
});

describe('the depth of a backlog', () => {
  it('is that of what was pushed and what was laid, all of which is understood', async () => {
    const load = { ratePerSecond: 500, tenants: 3, zipf: 1, warmUpMs: 300, parts: 2 };
    const figures = await benchDepth({ ...load, events: 5_000, pushed: 1_000 });
    const { events, bytesPerEvent, cpuSecondsPerMillion: cpu } = figures;
    expect(events).toBeGreaterThan(4_500);
    expect(events).toBeLessThan(5_500);
    expect(bytesPerEvent.firehose).toBeGreaterThan(bytesPerEvent.enricher);
    for (const parts of [cpu.growing, cpu.understood]) {
      expect(parts).toHaveLength(2);
      expect(Math.min(...parts)).toBeGreaterThanOrEqual(0);
    }
  }, 120_000);
});

const other = `
  require('node:http')
    .createServer((request, response) => request.resume().once('end', () => response.writeHead(204).end()))
    .listen(process.env.PORT, '127.0.0.1')`;

describe('the comparison with another receiver', () => {
  const options = {
    ...{ ratePerSecond: 200, durationMs: 1_000, warmUpMs: 300, connections: 8, tenants: 2, zipf: 1 },
  };

  it('pushes the same at both, in turn, and tells the ratio of each pair', async () => {
    const command = `'${process.execPath}' -e "${other}" & wait`;
    const { pairs, medianCpuRatio } = await benchComparison(options, command, 2);
    expect(pairs).toHaveLength(2);
    for (const { floodgate, peer, cpuRatio } of pairs) {
      expect(floodgate.delivered).toBe(floodgate.acknowledged);
      expect(peer.events).toBeGreaterThan(150);
      expect(peer.peakMiB).toBeGreaterThan(10);
      expect(cpuRatio).toBeCloseTo(floodgate.cpuSecondsPerMillion.all / peer.cpuSecondsPerMillion);
    }
    expect(medianCpuRatio).toBeGreaterThan(0);
  }, 60_000);

  it('says so when the other one ends before it listens', async () => {
    await expect(benchComparison(options, 'exit 3', 1)).rejects.toThrow('the peer ended with 3');
  });
});

describe('median', () => {
  it.each([
    [[3, 1, 2], 2],
    [[4, 1, 2, 3], 2.5],
    [[7], 7],
  ])('of %j is %d', (values, middle) => {
    expect(median(values)).toBe(middle);
  });
});

describe('hoursPerGiB', () => {
  it('is what a GiB holds at that rate', () => {
    expect(hoursPerGiB(1_024, 1_048_576 / 3_600)).toBeCloseTo(1);
  });
});

describe('zipfWeight', () => {
  it('falls with the rank, and not at all for exponent 0', () => {
    expect([1, 2, 4].map((rank) => zipfWeight(rank, 1))).toEqual([1, 0.5, 0.25]);
    expect([1, 2, 4].map((rank) => zipfWeight(rank, 0))).toEqual([1, 1, 1]);
  });
});
