import { setFlagsFromString } from 'node:v8';
import {
  CreateDeliveryStreamCommand,
  DeleteDeliveryStreamCommand,
  FirehoseClient,
} from '@aws-sdk/client-firehose';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { buildApp } from 'fauxqs';
import { errorPrefix, objectPrefix, partitionQuery } from '#contracts';
import { startLocalFirehose, type ControlPlaneOptions, type LocalFirehose } from '#tools/local-firehose';

const region = 'us-east-1';
const account = '000000000000';
const bucket = 'floodgate-events';
const topic = 'floodgate-objects';
const alerts = 'floodgate-alerts';
const roleArn = `arn:aws:iam::${account}:role/firehose`;
/** The S3 on this machine takes requests of 11 MiB. */
const largestObject = 10 * 1024 ** 2;
const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };

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
  bucket: string;
  alertTopicArn: string;
  queueUrl(name: keyof typeof queues): string;
  /** Takes a delivery stream away, and gives it back. */
  removeStream(name: string): Promise<void>;
  addStream(name: string): Promise<void>;
  /** What the SDK reads, endpoints, region and made-up credentials, and what new streams are made with. */
  environment: Record<string, string>;
  stop(): Promise<void>;
};

export type LocalAwsOptions = {
  ports: { aws: number; firehose: number };
  streams: number;
  /** How long an object collects lines; the real Firehose takes a minute at least. */
  objectIntervalMs: number;
  /** How slow the making of streams is. */
  control?: ControlPlaneOptions | undefined;
};

/** S3, SNS, SQS and Firehose on this machine, wired as Floodgate's Terraform wires them. */
export async function startLocalAws(options: LocalAwsOptions): Promise<LocalAws> {
  collectGarbageWhenDue();
  // Its own starter would listen on every interface.
  const aws = buildApp({ logger: false, defaultRegion: region });
  const endpoint = await aws.listen({ port: options.ports.aws, host: '127.0.0.1' });
  await createStores(endpoint);
  const topicArn = arnOf('sns', topic);
  const firehose = await startLocalFirehose({
    port: options.ports.firehose,
    endpoint,
    region,
    topicArn,
    buffering: { intervalMs: options.objectIntervalMs, sizeBytes: largestObject },
    ...(options.control ? { control: options.control } : {}),
  });
  const environment = {
    AWS_ENDPOINT_URL: endpoint,
    AWS_ENDPOINT_URL_FIREHOSE: firehose.url,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    FIREHOSE_ROLE_ARN: roleArn,
    FIREHOSE_BUCKET_ARN: `arn:aws:s3:::${bucket}`,
  };
  const streams = Array.from({ length: options.streams }, (_, index) => `floodgate-${String(index)}`);
  const client = new FirehoseClient({ endpoint: firehose.url, region, credentials });
  for (const name of streams) await createStream(client, name);

  return {
    firehose,
    endpoint,
    streams,
    topicArn,
    bucket,
    alertTopicArn: arnOf('sns', alerts),
    queueUrl: (name) => `${endpoint}/${account}/${queues[name]}`,
    environment,
    async removeStream(name) {
      await client.send(new DeleteDeliveryStreamCommand({ DeliveryStreamName: name }));
    },
    addStream: (name) => createStream(client, name),
    async stop() {
      client.destroy();
      await firehose.stop();
      await aws.close();
    },
  };
}

/**
 * V8 begins to mark the whole heap when less is left of it than new objects may take, which is always so
 * in a small heap: a seventh of all time went there. Now it begins when nine tenths of the room are used.
 */
function collectGarbageWhenDue(): void {
  setFlagsFromString('--incremental-marking-soft-trigger=90');
  setFlagsFromString('--incremental-marking-hard-trigger=95');
}

function arnOf(kind: 'sns' | 'sqs', name: string): string {
  return `arn:aws:${kind}:${region}:${account}:${name}`;
}

/** The bucket, the topics, and the queues that hear of them. */
async function createStores(endpoint: string): Promise<void> {
  const s3 = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
  const sns = new SNSClient({ endpoint, region, credentials });
  const sqs = new SQSClient({ endpoint, region, credentials });
  await s3.send(new CreateBucketCommand({ Bucket: bucket }));
  const heardBy = { [topic]: Object.values(queues), [alerts]: [alerts] };
  for (const [name, listeners] of Object.entries(heardBy)) {
    const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: name }));
    for (const queue of listeners) {
      await sqs.send(new CreateQueueCommand({ QueueName: queue }));
      const subscription = { TopicArn, Protocol: 'sqs', Endpoint: arnOf('sqs', queue) };
      await sns.send(new SubscribeCommand(subscription));
    }
  }
  for (const client of [s3, sns, sqs]) client.destroy();
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
        RoleARN: roleArn,
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
