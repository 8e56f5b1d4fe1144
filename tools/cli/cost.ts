import { Command, InvalidArgumentError, Option } from 'commander';
import { deliveryModes, readPriceList, type Assumptions, type DeliveryMode, type PriceList } from '#prices';
import { compare, costTable, workload } from '#tools/cost';
import { duration, positive } from './duration.js';
import { messageOf } from './message-of.js';

type CostOptions = {
  eventsPerDay: number;
  bytes: number;
  lineBytes?: number;
  tenants: number;
  skew: number;
  interval: number;
  linger?: number;
  cpuSeconds?: number;
  outage: number;
  retention: number;
  mode?: DeliveryMode;
  prices?: PriceList;
  json: boolean;
};

export function costCommand(): Command {
  return new Command('cost')
    .description('Price Floodgate, and other ways to the same bucket, with the arithmetic shown.')
    .option('--events-per-day <count>', 'events of all tenants together', positive, 1e9)
    .option('--bytes <count>', 'of an event, as Google logs it', positive, 1_500)
    .option('--line-bytes <count>', 'of the line that lands; else of EVENT_FORMAT=ocsf', positive)
    .option('--tenants <count>', 'that are delivered apart', positive, 2_000)
    .option('--skew <exponent>', "how unlike they are: 0 is all alike, 1 is Zipf's law", notNegative, 0)
    .addOption(
      new Option('--interval <time>', 'after which Firehose writes an object')
        .argParser(duration)
        .default(300_000, '5m'),
    )
    .option('--linger <time>', 'DELIVERY_LINGER_MS of the deliverer; else its default', duration)
    .option('--cpu-seconds <count>', 'CPU-seconds for a million events, of everything together', positive)
    .addOption(
      new Option('--outage <time>', 'of Firehose, that is to be kept in Redis')
        .argParser(duration)
        .default(3_600_000, '1h'),
    )
    .option('--retention <days>', 'that objects stay in S3; 0 leaves storage out', notNegative, 0)
    .addOption(new Option('--mode <mode>', 'only this DELIVERY_MODE; else both').choices([...deliveryModes]))
    .option('--prices <file>', 'a price list of your own, in the form of libs/prices/prices.json', listIn)
    .option('--json', 'print the figures as JSON', false)
    .addHelpText(
      'after',
      `
Examples:
  npx floodgate cost --events-per-day 1e9 --bytes 1500 --tenants 2000 --interval 300
  npx floodgate cost --tenants 2000 --skew 1 --linger 5s
  npx floodgate cost --json | jq '.floodgate[] | {name, monthly}'`,
    )
    .action(cost);
}

function cost(options: CostOptions, command: Command): void {
  const { lineBytes, mode, prices } = options;
  const asked = workload.safeParse({
    eventsPerDay: options.eventsPerDay,
    eventBytes: options.bytes,
    ...(lineBytes === undefined ? {} : { lineBytes }),
    tenants: options.tenants,
    skew: options.skew,
    flushSeconds: options.interval / 1_000,
    outageHours: options.outage / 3_600_000,
    retentionDays: options.retention,
  });
  if (!asked.success) {
    const problems = asked.error.issues.map(
      ({ path, message }) => `${flags[String(path[0])] ?? ''}: ${message}`,
    );
    command.error(`error: ${problems.join('; ')}`, { exitCode: 2 });
  }
  const comparison = compare(asked.data, prices ?? readPriceList(), {
    ...(mode === undefined ? {} : { modes: [mode] }),
    assumptions: assumptionsIn(options),
  });
  console.log(options.json ? JSON.stringify(comparison, undefined, 2) : costTable(comparison));
}

const flags: Record<string, string> = {
  ...{ eventsPerDay: '--events-per-day', eventBytes: '--bytes', lineBytes: '--line-bytes' },
  ...{ tenants: '--tenants', skew: '--skew', flushSeconds: '--interval' },
  ...{ outageHours: '--outage', retentionDays: '--retention' },
};

function assumptionsIn({ linger, cpuSeconds }: CostOptions): Partial<Assumptions> {
  return {
    ...(linger === undefined ? {} : { lingerMs: linger }),
    ...(cpuSeconds === undefined ? {} : { cpuSecondsPerMillion: cpuSeconds }),
  };
}

function listIn(file: string): PriceList {
  try {
    return readPriceList(file);
  } catch (error) {
    throw new InvalidArgumentError(messageOf(error));
  }
}

function notNegative(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value < 0)
    throw new InvalidArgumentError('It must be a number, 0 or above.');
  return value;
}
