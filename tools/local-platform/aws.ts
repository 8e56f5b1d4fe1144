import { CreateDeliveryStreamCommand, FirehoseClient } from '@aws-sdk/client-firehose';
import { startFauxqs, type FauxqsServer } from 'fauxqs';
import { errorPrefix, objectPrefix, partitionQuery } from '#contracts';
import { startLocalFirehose, type LocalFirehose } from '#tools/local-firehose';

const region = 'us-east-1';
const account = '000000000000';
const bucket = 'floodgate-events';
const topic = 'floodgate-objects';

export const queues = {
  detection: 'floodgate-detection',
  monitor: 'floodgate-monitor',
  judge: 'floodgate-judge',
};

export type LocalAws = {
  firehose: LocalFirehose;
  endpoint: string;
  streams: string[];
  topicArn: string;
  alertTopicArn: string;
  queueUrl(name: keyof typeof queues): string;
  /** What the SDK reads: endpoints, region and made-up credentials. */
  environment: Record<string, string>;
  stop(): Promise<void>;
};

export type LocalAwsOptions = {
  ports: { aws: number; firehose: number };
  streams: number;
  /** How long an object collects lines; the real Firehose takes a minute at least. */
  objectIntervalMs: number;
};

/** S3, SNS, SQS and Firehose on this machine, wired as Floodgate's Terraform wires them. */
export async function startLocalAws(options: LocalAwsOptions): Promise<LocalAws> {
  const aws: FauxqsServer = await startFauxqs({ port: options.ports.aws, host: '127.0.0.1', logger: false });
  const endpoint = `http://127.0.0.1:${String(aws.port)}`;
  aws.createBucket(bucket);
  for (const name of [topic, 'floodgate-alerts']) aws.createTopic(name);
  for (const queue of [...Object.values(queues), 'floodgate-alerts']) aws.createQueue(queue);
  for (const queue of Object.values(queues)) aws.subscribe({ topic, queue });
  aws.subscribe({ topic: 'floodgate-alerts', queue: 'floodgate-alerts' });

  const topicArn = `arn:aws:sns:${region}:${account}:${topic}`;
  const firehose = await startLocalFirehose({
    port: options.ports.firehose,
    endpoint,
    region,
    topicArn,
    buffering: { intervalMs: options.objectIntervalMs },
  });
  const environment = {
    AWS_ENDPOINT_URL: endpoint,
    AWS_ENDPOINT_URL_FIREHOSE: firehose.url,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
  };
  const streams = Array.from({ length: options.streams }, (_, index) => `floodgate-${String(index)}`);
  const client = new FirehoseClient({
    endpoint: firehose.url,
    region,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  for (const name of streams) await createStream(client, name);
  client.destroy();

  return {
    firehose,
    endpoint,
    streams,
    topicArn,
    alertTopicArn: `arn:aws:sns:${region}:${account}:floodgate-alerts`,
    queueUrl: (name) => `${endpoint}/${account}/${queues[name]}`,
    environment,
    async stop() {
      await firehose.stop();
      await aws.stop();
    },
  };
}

/** A stream with dynamic partitioning, as production has it. */
async function createStream(client: FirehoseClient, name: string): Promise<void> {
  const processor = (
    Type: 'RecordDeAggregation' | 'MetadataExtraction' | 'AppendDelimiterToRecord',
    parameters: Record<string, string>,
  ) => ({
    Type,
    Parameters: Object.entries(parameters).map(([ParameterName, ParameterValue]) => ({
      ParameterName: ParameterName as 'SubRecordType',
      ParameterValue,
    })),
  });
  await client.send(
    new CreateDeliveryStreamCommand({
      DeliveryStreamName: name,
      DeliveryStreamType: 'DirectPut',
      ExtendedS3DestinationConfiguration: {
        RoleARN: `arn:aws:iam::${account}:role/firehose`,
        BucketARN: `arn:aws:s3:::${bucket}`,
        Prefix: objectPrefix,
        ErrorOutputPrefix: errorPrefix,
        BufferingHints: { SizeInMBs: 64, IntervalInSeconds: 60 },
        CompressionFormat: 'GZIP',
        DynamicPartitioningConfiguration: { Enabled: true },
        ProcessingConfiguration: {
          Enabled: true,
          Processors: [
            processor('RecordDeAggregation', { SubRecordType: 'JSON' }),
            processor('MetadataExtraction', {
              MetadataExtractionQuery: partitionQuery,
              JsonParsingEngine: 'JQ-1.6',
            }),
            processor('AppendDelimiterToRecord', { Delimiter: '\\n' }),
          ],
        },
      },
    }),
  );
}
