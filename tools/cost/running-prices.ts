import { gib, priced, type Assumptions, type PricedLine, type Prices } from '#prices';
import { insteadOf, type Basis, type Instead } from './bill.js';
import type { Delivery } from './delivery.js';
import { count } from './numbers.js';
import { eventsAMonth, hoursAMonth, pushBytesOf, secondsADay, type Workload } from './workload.js';

/** Lines of a bill, and where their quantities come from. */
export type Part = { lines: PricedLine[]; basis: Basis[] };

/** The apps, as containers: what the load takes, or the least that is always there. */
export function priceOfCompute({ eventsPerDay }: Workload, prices: Prices, assumptions: Assumptions): Part {
  const { cpuSecondsPerMillion, cpuUtilisation, minimumVcpus, memoryGbPerVcpu } = assumptions;
  const busy = (eventsPerDay / 1e6) * (cpuSecondsPerMillion / secondsADay);
  const vcpus = Math.max(busy / cpuUtilisation, minimumVcpus);
  const how =
    `${count(eventsPerDay / 1e6)} million a day x ${count(cpuSecondsPerMillion)} CPU-seconds / ` +
    `${count(secondsADay)} s = ${count(busy)} busy, / ${count(cpuUtilisation)}, at least ${count(minimumVcpus)}`;
  return {
    basis: [{ name: 'vCPUs', how, value: vcpus, unit: '' }],
    lines: [
      ...priced('Compute', vcpus * hoursAMonth, prices.vcpuHours),
      ...priced('Compute memory', vcpus * memoryGbPerVcpu * hoursAMonth, prices.memoryGbHours),
      ...priced('Kubernetes', hoursAMonth, prices.kubernetesHours),
    ],
  };
}

/** Redis that holds an outage's backlog and the memory for duplicates, with as much left as it needs to work. */
export function priceOfRedis(workload: Workload, prices: Prices, assumptions: Assumptions): Part {
  const { redisBytesPerEvent, redisBytesPerId, redisUsableShare, redisNodeGiB, redisCopies } = assumptions;
  const eventsAnHour = workload.eventsPerDay / 24;
  const backlog = eventsAnHour * workload.outageHours * redisBytesPerEvent;
  const ids = eventsAnHour * assumptions.dedupeHours * redisBytesPerId;
  const memory = (backlog + ids) / gib / redisUsableShare;
  const masters = Math.max(1, Math.ceil(memory / redisNodeGiB));
  const nodes = masters * redisCopies;
  const how =
    `${count(eventsAnHour)} events an hour x (${count(workload.outageHours)} h x ${count(redisBytesPerEvent)} B + ` +
    `${count(assumptions.dedupeHours)} h x ${count(redisBytesPerId)} B) / ${count(redisUsableShare)} usable`;
  return {
    basis: [
      { name: 'Redis memory', how, value: memory, unit: 'GiB' },
      {
        name: 'Redis nodes',
        how: `${count(masters)} of ${count(redisNodeGiB)} GiB x ${count(redisCopies)} copies`,
        value: nodes,
        unit: '',
      },
    ],
    lines: [
      ...priced('Redis', nodes * hoursAMonth, prices.redisNodeHours),
      ...priced('Redis disks', memory * redisCopies * assumptions.diskPerMemory, prices.diskMonths),
    ],
  };
}

/** The way in, and the way between the zones that apps and Redis stand in. */
export function priceOfNetwork(workload: Workload, prices: Prices, assumptions: Assumptions): Part {
  const events = eventsAMonth(workload);
  const pushBytes = pushBytesOf(workload, assumptions);
  const pushed = (events * pushBytes) / gib;
  const { redisBytesPerEvent, queueHops, betweenZonesShare, redisCopies } = assumptions;
  const replicas = 2 * (redisCopies - 1);
  const crossings = queueHops * betweenZonesShare + replicas;
  const crossed = (events * redisBytesPerEvent * crossings) / gib;
  return {
    basis: [
      {
        name: 'pushes',
        how: `${count(events)} x ${count(pushBytes)} B of base64, JSON, headers and token`,
        value: pushed,
        unit: 'GiB',
      },
      {
        name: 'between zones',
        how:
          `${count(events)} x ${count(redisBytesPerEvent)} B x (${count(queueHops)} hops x ` +
          `${count(betweenZonesShare)} + ${count(replicas)} to replicas)`,
        value: crossed,
        unit: 'GiB',
      },
    ],
    lines: [
      ...priced('Load balancer', hoursAMonth, prices.loadBalancerHours),
      ...priced('Load balancer capacity', pushed, prices.loadBalancerCapacityHours),
      ...priced('Transfer in from Google', pushed, prices.internetIn),
      ...priced('Transfer between zones, both ends', 2 * crossed, prices.betweenZones),
    ],
  };
}

/** The way to Firehose by an interface endpoint, and what it would be through a NAT gateway. */
export function priceOfWayToFirehose(
  { bytes }: Delivery,
  prices: Prices,
  { zones }: Assumptions,
): Part & { nat: Instead } {
  const sent = (bytes * 4) / 3 / gib;
  const zoneHours = zones * hoursAMonth;
  const lines = [
    ...priced('VPC endpoint of Firehose', zoneHours, prices.endpointHours),
    ...priced('VPC endpoint of Firehose, bytes', sent, prices.endpointData),
  ];
  const through = [
    ...priced('NAT gateways', zoneHours, prices.natHours),
    ...priced('NAT gateways, bytes', sent, prices.natData),
  ];
  return {
    basis: [
      {
        name: 'sent to Firehose',
        how: `${count(bytes / gib)} GiB in base64, x 4/3`,
        value: sent,
        unit: 'GiB',
      },
    ],
    lines,
    nat: insteadOf('the way to Firehose by NAT gateways', lines, through),
  };
}
