import { daysAMonth, gib, pricedByAccount, type Assumptions, type Prices } from '#prices';
import { billOf, type Bill } from './bill.js';
import { count } from './numbers.js';
import { eventsAMonth, pushBytesOf, tenantGroups, type Workload } from './workload.js';

/** Pub/Sub counts at least so many bytes for a request. */
const leastMessageBytes = 1_000;

/** What all customers together pay to Google: each has an account, free tier and tiers of its own. */
export function priceOfGoogle(workload: Workload, prices: Prices, assumptions: Assumptions): Bill {
  const messageBytes = Math.max(leastMessageBytes, workload.eventBytes + assumptions.pubsubOverheadBytes);
  const pushBytes = pushBytesOf(workload, assumptions);
  const accounts = tenantGroups(workload).map(({ tenants, eventsPerDay }) => ({
    accounts: tenants,
    events: eventsPerDay * daysAMonth,
  }));
  const gibOf = (bytes: number) =>
    accounts.map(({ accounts, events }) => ({ accounts, quantity: (events * bytes) / gib }));
  const events = eventsAMonth(workload);
  return billOf("The customers' own bills at Google", {
    basis: [
      {
        name: 'through Pub/Sub',
        how: `${count(events)} x ${count(messageBytes)} B, published and pushed`,
        value: (2 * events * messageBytes) / gib,
        unit: 'GiB',
      },
      {
        name: 'out of Google',
        how: `${count(events)} x ${count(pushBytes)} B`,
        value: (events * pushBytes) / gib,
        unit: 'GiB',
      },
    ],
    delivery: [
      ...pricedByAccount('Pub/Sub publish and push', gibOf(2 * messageBytes), prices.pubsubThroughput),
      ...pricedByAccount('Transfer out of Google', gibOf(pushBytes), prices.googleEgress),
    ],
  });
}
