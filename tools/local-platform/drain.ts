import { setTimeout as wait } from 'node:timers/promises';
import type { Judge } from './judge.js';
import type { Platform } from './platform.js';
import { tenantReport, type TenantReport } from './report.js';

/** What every connected tenant's events came to, as of now; `held` of each lie in failed jobs. */
export async function reportNow(
  platform: Platform,
  judge: Judge,
  held: ReadonlyMap<string, number> = new Map(),
): Promise<TenantReport[]> {
  const books = await platform.books();
  const google = platform.google.stats();
  return [...new Set(platform.connections.map(({ tenant }) => tenant))].map((tenant) => {
    const subscriptions = new Set(
      platform.connections.filter((one) => one.tenant === tenant).map((one) => one.subscription),
    );
    const pushed = google
      .filter(({ name }) => subscriptions.has(name))
      .reduce((sum, { acked }) => sum + acked, 0);
    return tenantReport(tenant, pushed, books, judge.of(tenant), held.get(tenant));
  });
}

/** Waits until Google has nothing left to push and every tenant's books close, or the time is over. */
export async function drain(
  platform: Platform,
  judge: Judge,
  timeoutMs: number,
  held?: ReadonlyMap<string, number>,
): Promise<TenantReport[]> {
  const deadline = AbortSignal.timeout(timeoutMs);
  await platform.google.drained(deadline).catch(() => undefined);
  for (;;) {
    const before = await reportNow(platform, judge, held);
    // What lies in Firehose's buffers lands only now; duplicates could make up for it in a mere count.
    if (before.every(({ tenant, inFlight }) => inFlight === (held?.get(tenant) ?? 0)))
      await platform.aws.firehose.flush();
    const reports = await reportNow(platform, judge, held);
    const isClosed = reports.every(({ problems }) => problems.length === 0);
    if (isClosed || deadline.aborted) return reports;
    await wait(200);
  }
}
