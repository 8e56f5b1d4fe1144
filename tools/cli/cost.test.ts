import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Command } from 'commander';
import type { Comparison } from '#tools/cost';
import { costCommand } from './cost.js';

let printed: string[];
let complaints: string[];

beforeEach(() => {
  [printed, complaints] = [[], []];
  jest.spyOn(console, 'log').mockImplementation((text: string) => {
    printed.push(text);
  });
});
afterEach(() => {
  jest.restoreAllMocks();
});

function run(...args: string[]): void {
  const program = new Command('floodgate').exitOverride().configureOutput({
    writeErr: (text) => complaints.push(text),
  });
  program.addCommand(costCommand().copyInheritedSettings(program));
  program.parse(['cost', ...args], { from: 'user' });
}

function figures(...args: string[]): Comparison {
  run(...args, '--json');
  return JSON.parse(printed.join('')) as Comparison;
}

describe('floodgate cost', () => {
  it('prints one table of everything', () => {
    run('--events-per-day', '1e9', '--bytes', '1500', '--tenants', '2000', '--interval', '300');
    expect(printed.join('')).toContain('1,000,000,000 events a day of 1,500 bytes, 2,000 tenants.');
    expect(printed.join('')).toContain('Firehose ingestion');
  });

  it('hands its options to the arithmetic in its units', () => {
    const { workload, assumptions, floodgate } = figures(
      ...['--events-per-day', '5e6', '--bytes', '900', '--line-bytes', '1000', '--tenants', '7'],
      ...['--skew', '1', '--interval', '2m', '--outage', '3h', '--retention', '30'],
      ...['--linger', '5s', '--cpu-seconds', '60', '--mode', 'stream-per-tenant'],
    );
    expect(workload).toEqual({
      ...{ eventsPerDay: 5e6, eventBytes: 900, lineBytes: 1_000, tenants: 7, skew: 1 },
      ...{ flushSeconds: 120, outageHours: 3, retentionDays: 30 },
    });
    expect(assumptions).toMatchObject({ lingerMs: 5_000, cpuSecondsPerMillion: 60 });
    expect(floodgate.map(({ name }) => name)).toEqual(['Floodgate, stream-per-tenant']);
  });

  it.each([
    [['--events-per-day', 'many'], 'It must be a number above 0.'],
    [['--tenants', '1.5'], '--tenants: must be a whole number'],
    [['--bytes', '2e6'], '--bytes: '],
    [['--interval', '1h'], '--interval: '],
    [['--linger', 'soon'], 'It must be a time'],
    [['--skew', '-1'], 'It must be a number, 0 or above.'],
    [['--mode', 'both'], 'Allowed choices are dynamic-partitioning, stream-per-tenant.'],
  ])('refuses %j with a reason', (args, reason) => {
    expect(() => {
      run(...args);
    }).toThrow();
    expect(complaints.join('')).toContain(reason);
    expect(printed).toEqual([]);
  });

  it('says which price list it cannot read', () => {
    expect(() => {
      run('--prices', 'no-such-file.json');
    }).toThrow('no-such-file.json cannot be read as JSON');
  });
});
