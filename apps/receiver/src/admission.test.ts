import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Connection } from '#contracts';
import { Admission } from './admission.js';
import { Quotas } from './quota.js';
import { Shares } from './shares.js';

const nowMs = 1_000_000;
const connection = (id: string, eventsPerSecond = 1_000): Connection => ({
  id,
  tenantId: id,
  name: id,
  serviceAccountEmail: 'push@acme-logs.iam.gserviceaccount.com',
  audience: 'https://floodgate.test',
  subscription: 'projects/acme-logs/subscriptions/floodgate',
  state: 'active',
  quota: { eventsPerSecond },
  createdAt: '2026-02-01T00:00:00Z',
});
const [loud, quiet] = [connection('loud'), connection('quiet')];

describe('Admission', () => {
  let admission: Admission;
  beforeEach(() => {
    admission = new Admission(new Quotas(), new Shares(), 10_000);
  });
  const push = (one: Connection, bytes = 100, atMs = nowMs) => admission.refusal(one, bytes, atMs);

  it('counts what is in flight, and gives it back', () => {
    expect(push(loud)).toBeUndefined();
    expect(admission.bytes).toBe(100);
    admission.release('loud', 100);
    expect(admission.bytes).toBe(0);
  });

  it('refuses a connection over its quota as its own excess, and counts nothing', () => {
    const slow = connection('slow', 1);
    const answers = Array.from({ length: 5 }, () => push(slow, 10));
    expect(answers).toContain('over_quota');
    expect(admission.bytes).toBe(answers.filter((answer) => answer === undefined).length * 10);
  });

  it('lets no connection hold more than a quarter of the budget once half of it is taken', () => {
    for (let n = 0; n < 50; n += 1) expect(push(loud)).toBeUndefined();
    expect(push(loud)).toBe('over_share');
    expect(push(quiet)).toBeUndefined();
    for (let n = 0; n < 30; n += 1) admission.release('loud', 100);
    expect(push(loud)).toBeUndefined();
  });

  it('refuses everybody when the budget is taken', () => {
    for (let n = 0; n < 4; n += 1) expect(push(connection(`c${String(n)}`), 2_400)).toBeUndefined();
    expect(push(quiet, 500)).toBe('overloaded');
  });

  it('sheds only who pushes far more than the others, while the greedy are shed', () => {
    const flood = new Admission(new Quotas(), new Shares(), 1_000_000);
    for (let n = 0; n < 100; n += 1) flood.refusal(loud, 2_000, nowMs);
    for (const id of ['a', 'b', 'c']) flood.refusal(connection(id), 2_000, nowMs);
    flood.shedding = 'greedy';
    expect(flood.refusal(loud, 2_000, nowMs)).toBe('over_share');
    expect(flood.refusal(connection('a'), 2_000, nowMs)).toBeUndefined();
    // A minute later its flood is forgotten.
    expect(flood.refusal(loud, 2_000, nowMs + 60_000)).toBeUndefined();
  });

  it('sheds everybody when the backlog is full', () => {
    admission.shedding = 'everybody';
    expect(push(quiet, 1)).toBe('backlog_full');
  });
});
