import { readFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import { dirname, join } from 'node:path';
import { z } from 'zod';

const provenance = {
  source: z.string().min(1).describe('Where it was read, or how it was measured.'),
  verified: z.boolean().describe('False when no public copy or measurement stands behind it.'),
};

const tiers = z
  .array(z.strictObject({ price: z.number().min(0), upTo: z.number().positive().optional() }))
  .min(1)
  .refine((all) => all.every(({ upTo }, index) => (upTo === undefined) === (index === all.length - 1)), {
    error: 'every tier but the last needs upTo, and the last must not have it',
  })
  .refine(
    (all) => all.every(({ upTo = Infinity }, index) => index === 0 || upTo > (all[index - 1]?.upTo ?? 0)),
    { error: 'upTo must rise from tier to tier' },
  );

/** What so many of a unit cost, by what a month has had of it. The unit is fixed, for the code counts in it. */
const priceIn = <Unit extends string>(unit: Unit) =>
  z.strictObject({ per: z.number().positive(), unit: z.literal(unit), tiers, ...provenance });

const positive = z.number().positive();
const share = positive.max(1);
const figureOf = <Value extends z.ZodType>(value: Value) =>
  z.strictObject({ value, unit: z.string().min(1), ...provenance });

/** Everything that is not arithmetic: the prices of a day and a region, and what the workload does not say. */
export const priceList = z.strictObject({
  date: z.iso.date(),
  region: z.string().min(1),
  currency: z.literal('USD'),
  prices: z.strictObject({
    firehoseIngestion: priceIn('GiB'),
    firehosePartitioning: priceIn('GiB'),
    firehosePartitionedObjects: priceIn('objects'),
    firehoseJqHours: priceIn('hours'),
    firehoseFromKafka: priceIn('GiB'),
    s3Puts: priceIn('requests'),
    s3Gets: priceIn('requests'),
    s3StorageMonths: priceIn('GiB-months'),
    snsPublishes: priceIn('requests'),
    snsToSqs: priceIn('deliveries'),
    sqsRequests: priceIn('requests'),
    lambdaRequests: priceIn('requests'),
    lambdaGbSeconds: priceIn('GB-seconds'),
    httpApiRequests: priceIn('requests'),
    kinesisShardHours: priceIn('shard-hours'),
    kinesisPutUnits: priceIn('put units'),
    kafkaBrokerHours: priceIn('broker-hours'),
    kafkaStorageMonths: priceIn('GiB-months'),
    vcpuHours: priceIn('vCPU-hours'),
    memoryGbHours: priceIn('GB-hours'),
    kubernetesHours: priceIn('hours'),
    redisNodeHours: priceIn('node-hours'),
    diskMonths: priceIn('GiB-months'),
    loadBalancerHours: priceIn('hours'),
    loadBalancerCapacityHours: priceIn('NLCU-hours'),
    internetIn: priceIn('GiB'),
    betweenZones: priceIn('GiB'),
    endpointHours: priceIn('zone-hours'),
    endpointData: priceIn('GiB'),
    natHours: priceIn('zone-hours'),
    natData: priceIn('GiB'),
    pubsubThroughput: priceIn('GiB'),
    googleEgress: priceIn('GiB'),
  }),
  assumptions: z.strictObject({
    lineOverheadBytes: figureOf(z.number().min(0)),
    pushOverheadBytes: figureOf(z.number().min(0)),
    cpuSecondsPerMillion: figureOf(positive),
    cpuUtilisation: figureOf(share),
    minimumVcpus: figureOf(z.number().min(0)),
    memoryGbPerVcpu: figureOf(positive),
    lingerMs: figureOf(positive),
    deliverers: figureOf(z.int().positive()),
    bufferMiB: figureOf(z.number().min(1).max(128)),
    gzipShare: figureOf(share),
    gzipFirstLineShare: figureOf(z.number().min(0).max(1)),
    jqMicrosecondsPerLine: figureOf(z.number().min(0)),
    redisBytesPerEvent: figureOf(positive),
    redisBytesPerId: figureOf(positive),
    dedupeHours: figureOf(z.number().min(0)),
    redisUsableShare: figureOf(share),
    redisNodeGiB: figureOf(positive),
    redisCopies: figureOf(z.int().positive()),
    diskPerMemory: figureOf(z.number().min(0)),
    zones: figureOf(z.int().positive()),
    queueHops: figureOf(positive),
    betweenZonesShare: figureOf(z.number().min(0).max(1)),
    queuesNotified: figureOf(z.int().min(0)),
    sqsBatch: figureOf(z.int().min(1).max(10)),
    lambdaMs: figureOf(positive),
    lambdaMb: figureOf(positive),
    peakFactor: figureOf(z.number().min(1)),
    kafkaMiBPerSecond: figureOf(positive),
    kafkaHours: figureOf(positive),
    pubsubOverheadBytes: figureOf(z.number().min(0)),
  }),
});

export type PriceList = z.infer<typeof priceList>;
export type Prices = PriceList['prices'];
export type Price = Omit<Prices[keyof Prices], 'unit'> & { unit: string };
/** The assumptions as bare numbers. */
export type Assumptions = Record<keyof PriceList['assumptions'], number>;

export const ownPriceList = join(dirname(findPackageJSON(import.meta.url) ?? ''), 'libs/prices/prices.json');

/**
 * Reads a price list.
 * @throws Error that names the file and every problem in it at once.
 */
export function readPriceList(file: string = ownPriceList): PriceList {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new Error(`${file} cannot be read as JSON`, { cause });
  }
  const result = priceList.safeParse(content);
  if (result.success) return result.data;
  const problems = result.error.issues.map(({ path, message }) => `  ${path.join('.')}: ${message}`);
  throw new Error(`${file} is no price list:\n${problems.join('\n')}`);
}

export function assumptionsOf({ assumptions }: PriceList): Assumptions {
  return Object.fromEntries(
    Object.entries(assumptions).map(([name, { value }]) => [name, value]),
  ) as Assumptions;
}

/** The names of what nothing public or measured stands behind. */
export function doubtsOf({ prices, assumptions }: PriceList): string[] {
  return Object.entries({ ...prices, ...assumptions })
    .filter(([, { verified }]) => !verified)
    .map(([name]) => name);
}
