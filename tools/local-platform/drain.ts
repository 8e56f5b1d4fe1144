import { setTimeout as wait } from 'node:timers/promises';
import type { Judge } from './judge.js';
import type { Platform } from './platform.js';
import { tenantReport, type TenantReport } from './report.js';

/** What every connected tenant's events came to, as of now. */
export async function reportNow(platform: Platform, judge: Judge): Promise<TenantReport[]> {
  const books = await platform.books();
  const google = platform.google.stats();
  return [...new Set(platform.connections.map(({ tenant }) => tenant))].map((tenant) => {
    const subscriptions = new Set(
      platform.connections.filter((one) => one.tenant === tenant).map((one) => one.subscription),
    );
    const pushed = google
      .filter(({ name }) => subscriptions.has(name))
      .reduce((sum, { acked }) => sum + acked, 0);
    return tenantReport(tenant, pushed, books, judge.of(tenant));
  });
}

/** Waits until Google has nothing left to push and every tenant's books close, or the time is over. */
export async function drain(platform: Platform, judge: Judge, timeoutMs: number): Promise<TenantReport[]> {
  const deadline = AbortSignal.timeout(timeoutMs);
  await platform.google.drained(deadline).catch(() => undefined);
  for (;;) {
    const before = await reportNow(platform, judge);
    // What lies in Firehose's buffers lands only now; duplicates could make up for it in a mere count.
    if (before.every(({ inFlight }) => inFlight === 0)) await platform.aws.firehose.flush();
    const reports = await reportNow(platform, judge);
    const isClosed = reports.every(({ problems }) => problems.length === 0);
    if (isClosed || deadline.aborted) return reports;
    await wait(200);
  }
}
