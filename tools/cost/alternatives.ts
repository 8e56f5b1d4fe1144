import {
  gib,
  priced,
  priceOfIngestion,
  priceOfObjects,
  priceOfPartitioning,
  type Assumptions,
  type Prices,
} from '#prices';
import { billOf, insteadOf, type Bill } from './bill.js';
import { unpackedDelivery, type Delivery } from './delivery.js';
import { count } from './numbers.js';
import { eventsAMonth, hoursAMonth, lineBytesOf, secondsADay, type Workload } from './workload.js';

const shardBytesPerSecond = 2 ** 20;
const putUnitBytes = 25 * 1024;
const kafkaCopies = 3;

/**
 * Other ways to the same bucket, each at its best and without the compute and the network in front of it.
 * Lambda stores nothing yet.
 */
export function priceOfAlternatives(workload: Workload, prices: Prices, assumptions: Assumptions): Bill[] {
  return [
    priceOfLambda(workload, prices, assumptions),
    priceOfObjectPerMessage(workload, prices, assumptions),
    priceOfUnpackedFirehose(workload, prices, assumptions),
    priceOfKinesis(workload, prices, assumptions),
    priceOfKafka(workload, prices, assumptions),
  ];
}

export function priceOfLambda(workload: Workload, prices: Prices, assumptions: Assumptions): Bill {
  const { lambdaMs, lambdaMb } = assumptions;
  const events = eventsAMonth(workload);
  const gbSeconds = events * (lambdaMs / 1_000) * (lambdaMb / 1_024);
  const lines = [
    ...priced('Lambda requests', events, prices.lambdaRequests),
    ...priced('Lambda duration', gbSeconds, prices.lambdaGbSeconds),
  ];
  const gateway = [...priced('HTTP API', events, prices.httpApiRequests), ...lines];
  const how = `${count(events)} x ${count(lambdaMs)} ms x ${count(lambdaMb)} MB`;
  return billOf('Lambda for each message, nothing stored', {
    basis: [{ name: 'duration', how, value: gbSeconds, unit: 'GB-seconds' }],
    delivery: lines,
    instead: [insteadOf('behind API Gateway', lines, gateway)],
  });
}

export function priceOfObjectPerMessage(workload: Workload, prices: Prices, assumptions: Assumptions): Bill {
  return billOf('S3 object for each message', {
    delivery: priceOfObjects(eventsAMonth(workload), prices, assumptions),
  });
}

export function priceOfUnpackedFirehose(workload: Workload, prices: Prices, assumptions: Assumptions): Bill {
  const delivery = unpackedDelivery(workload, assumptions);
  const { records, bytes, billedBytes } = delivery;
  const how = `${count(records)} records of one line, billed / real = ${(billedBytes / bytes).toFixed(2)}`;
  return billOf('Firehose, a record for each message', {
    basis: [{ name: 'billed by Firehose', how, value: billedBytes / gib, unit: 'GiB' }],
    delivery: [
      ...priceOfIngestion(delivery, prices),
      ...priceOfPartitioning(delivery, prices, assumptions),
      ...priceOfObjects(delivery.objects, prices, assumptions),
    ],
  });
}

/** Provisioned shards of records that are packed full, and Firehose from there to S3. */
export function priceOfKinesis(workload: Workload, prices: Prices, assumptions: Assumptions): Bill {
  const delivery = fullRecords(workload, assumptions);
  const peak = peakBytesPerSecond(workload, assumptions);
  const shards = Math.max(1, Math.ceil(peak / shardBytesPerSecond));
  const how = `${count(peak / 2 ** 20)} MiB/s at the peak / 1 MiB/s`;
  return billOf('Kinesis Data Streams and Firehose', {
    basis: [{ name: 'shards', how, value: shards, unit: '' }],
    delivery: [
      ...priced('Kinesis shards', shards * hoursAMonth, prices.kinesisShardHours),
      ...priced('Kinesis put units', delivery.bytes / putUnitBytes, prices.kinesisPutUnits),
      ...priced('Firehose from Kinesis', delivery.bytes / gib, prices.firehoseIngestion),
      ...priceOfPartitioning(delivery, prices, assumptions),
      ...priceOfObjects(delivery.objects, prices, assumptions),
    ],
  });
}

export function priceOfKafka(workload: Workload, prices: Prices, assumptions: Assumptions): Bill {
  const delivery = fullRecords(workload, assumptions);
  const { kafkaMiBPerSecond, kafkaHours } = assumptions;
  const peak = peakBytesPerSecond(workload, assumptions);
  const brokers = Math.max(kafkaCopies, Math.ceil(peak / (kafkaMiBPerSecond * 2 ** 20)));
  const kept = (delivery.bytes / gib) * (kafkaHours / hoursAMonth) * kafkaCopies;
  const bytes = `${count(delivery.bytes / gib)} GiB a month`;
  return billOf('MSK and Firehose', {
    basis: [
      {
        name: 'brokers',
        how: `${count(peak / 2 ** 20)} MiB/s at the peak / ${count(kafkaMiBPerSecond)} MiB/s, at least ${count(kafkaCopies)}`,
        value: brokers,
        unit: '',
      },
      {
        name: 'kept',
        how: `${bytes} x ${count(kafkaHours)} of ${count(hoursAMonth)} h x ${count(kafkaCopies)} copies`,
        value: kept,
        unit: 'GiB',
      },
    ],
    delivery: [
      ...priced('Kafka brokers', brokers * hoursAMonth, prices.kafkaBrokerHours),
      ...priced('Kafka storage', kept, prices.kafkaStorageMonths),
      ...priced('Firehose from Kafka', delivery.bytes / gib, prices.firehoseFromKafka),
      ...priceOfObjects(delivery.objects, prices, assumptions),
    ],
  });
}

/** What Firehose is given when no step of any record is wasted. */
function fullRecords(
  workload: Workload,
  assumptions: Assumptions,
): Pick<Delivery, 'lines' | 'bytes' | 'objects'> {
  const { lines, bytes, objects } = unpackedDelivery(workload, assumptions);
  return { lines, bytes, objects };
}

function peakBytesPerSecond(workload: Workload, assumptions: Assumptions): number {
  const perSecond = workload.eventsPerDay / secondsADay;
  return perSecond * lineBytesOf(workload, assumptions) * assumptions.peakFactor;
}
