import { describe, expect, it } from '@jest/globals';
import type { TenantReport } from '#tools/local-platform';
import { finalVerdict, reportTable, runningVerdict } from './live-view.js';

const report: TenantReport = {
  ...{
    tenant: 'acme',
    pushed: 1_000,
    received: 1_010,
    delivered: 999,
    duplicates: 10,
    quarantined: 1,
    inFlight: 0,
  },
  ...{ landed: 999, landedQuarantined: 1, objects: 3, foreign: 0, problems: [] },
};

describe('reportTable', () => {
  it('lines its columns up and sums them', () => {
    const lines = reportTable([report, { ...report, tenant: 'longer-name', pushed: 5 }], finalVerdict).split(
      '\n',
    );
    expect(lines).toHaveLength(4);
    expect(lines[3]).toMatch(/^all\s+1005\s+1998\s+0\s+20\s+2\s+6$/);
    const end = (line = '') =>
      line.indexOf(line.trim().split(/\s+/)[1] ?? '') + (line.trim().split(/\s+/)[1]?.length ?? 0);
    expect(new Set(lines.map(end)).size).toBe(1);
  });
});

describe('the verdict', () => {
  it('knows work in progress from a problem', () => {
    expect(runningVerdict({ ...report, inFlight: 7 })).toBe('balancing');
    expect(runningVerdict({ ...report, inFlight: -1 })).toBe('OUT OF BALANCE');
    expect(runningVerdict({ ...report, foreign: 1 })).toBe('FOREIGN LINES');
    expect(runningVerdict(report)).toBe('balanced');
    expect(finalVerdict(report)).toBe('closed');
    expect(finalVerdict({ ...report, problems: ['one', 'two'] })).toBe('one; two');
  });
});
