import { describe, expect, it } from '@jest/globals';
import { newLanded, tenantReport, type Landed } from './report.js';

const books = {
  tenantId: 'acme',
  connectionId: 'c',
  hour: '2026-02-03T04',
  received: 12,
  delivered: 9,
  duplicate: 2,
  quarantined: 1,
  inFlight: 0,
};
const landed = (change: Partial<Landed> = {}): Landed => ({
  ...newLanded(),
  events: 9,
  quarantined: new Set(['q']),
  objects: 2,
  ...change,
});

describe('tenantReport', () => {
  it('closes the books when all three sides agree', () => {
    const report = tenantReport('acme', 10, [books, { ...books, tenantId: 'beta', inFlight: 7 }], landed());
    expect(report).toMatchObject({
      pushed: 10,
      received: 12,
      landed: 9,
      duplicates: 2,
      quarantined: 1,
      problems: [],
    });
  });

  it.each([
    ['in flight', tenantReport('acme', 10, [{ ...books, inFlight: 1 }], landed())],
    ['acknowledged events are not delivered', tenantReport('acme', 11, [books], landed())],
    ['delivered events have not landed', tenantReport('acme', 10, [books], landed({ events: 8 }))],
    [
      'quarantined events have not landed',
      tenantReport('acme', 10, [books], landed({ quarantined: new Set() })),
    ],
    ['lines of other tenants', tenantReport('acme', 10, [books], landed({ foreign: 1 }))],
  ])('says when %s', (problem, report) => {
    expect(report.problems).toEqual([expect.stringContaining(problem)]);
  });
});
