import type { BookBalance } from '#ledger';

/** What one tenant's events came to, seen from all three sides. */
export type TenantReport = {
  tenant: string;
  /** Distinct messages that Google holds an acknowledgement for. */
  pushed: number;
  /** The books. */
  received: number;
  delivered: number;
  duplicates: number;
  quarantined: number;
  inFlight: number;
  /** What was read back from S3. */
  landed: number;
  landedQuarantined: number;
  objects: number;
  /** Lines of other tenants in this tenant's objects. */
  foreign: number;
  /** Why the books do not close; empty when they do. */
  problems: string[];
};

/** What was read back from S3 for one tenant. */
export type Landed = {
  events: number;
  quarantined: Set<string>;
  objects: number;
  foreign: number;
  lastMs: number;
};

export function newLanded(): Landed {
  return { events: 0, quarantined: new Set(), objects: 0, foreign: 0, lastMs: 0 };
}

/** Holds Google's, the books' and S3's word on a tenant against each other; `held` events lie in failed jobs. */
export function tenantReport(
  tenant: string,
  pushed: number,
  books: readonly BookBalance[],
  landed: Landed,
  held = 0,
): TenantReport {
  const sum = (pick: (row: BookBalance) => number) =>
    books.filter(({ tenantId }) => tenantId === tenant).reduce((total, row) => total + pick(row), 0);
  const report = {
    tenant,
    pushed,
    received: sum(({ received }) => received),
    delivered: sum(({ delivered }) => delivered),
    duplicates: sum(({ duplicate }) => duplicate),
    quarantined: sum(({ quarantined }) => quarantined),
    inFlight: sum(({ inFlight }) => inFlight),
    landed: landed.events,
    landedQuarantined: landed.quarantined.size,
    objects: landed.objects,
    foreign: landed.foreign,
  };
  return { ...report, problems: problemsOf(report, held) };
}

function problemsOf(report: Omit<TenantReport, 'problems'>, held: number): string[] {
  const { pushed, delivered, quarantined, landed, landedQuarantined, foreign } = report;
  const inFlight = report.inFlight - held;
  const problems: string[] = [];
  const say = (holds: boolean, text: string) => {
    if (!holds) problems.push(text);
  };
  say(inFlight === 0, `${String(inFlight)} events are in flight`);
  say(
    delivered + quarantined + held >= pushed,
    `${String(pushed - delivered - quarantined - held)} acknowledged events are not delivered`,
  );
  // A put that timed out may have been taken, so more may land than the books say, but never less.
  say(landed >= delivered, `${String(delivered - landed)} delivered events have not landed`);
  say(
    landedQuarantined >= quarantined,
    `${String(quarantined - landedQuarantined)} quarantined events have not landed`,
  );
  say(foreign === 0, `${String(foreign)} lines of other tenants have landed here`);
  return problems;
}
