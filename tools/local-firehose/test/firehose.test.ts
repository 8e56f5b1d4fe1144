import { gunzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  CreateDeliveryStreamCommand,
  DeleteDeliveryStreamCommand,
  DescribeDeliveryStreamCommand,
  FirehoseClient,
  ListDeliveryStreamsCommand,
  PutRecordBatchCommand,
  PutRecordCommand,
  UpdateDestinationCommand,
  type ExtendedS3DestinationConfiguration,
} from '@aws-sdk/client-firehose';
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { DeleteMessageCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { startFauxqs, type FauxqsServer } from 'fauxqs';
import { errorPrefix, objectPrefix, partitionQuery } from '#contracts';
import { startLocalFirehose, type LocalFirehose } from '../index.js';

const partitioned: ExtendedS3DestinationConfiguration = {
  RoleARN: 'arn:aws:iam::000000000000:role/firehose',
  BucketARN: 'arn:aws:s3:::landing',
  Prefix: objectPrefix,
  ErrorOutputPrefix: errorPrefix,
  BufferingHints: { SizeInMBs: 64, IntervalInSeconds: 60 },
  CompressionFormat: 'GZIP',
  DynamicPartitioningConfiguration: { Enabled: true },
  ProcessingConfiguration: {
    Enabled: true,
    Processors: [
      {
        Type: 'RecordDeAggregation',
        Parameters: [{ ParameterName: 'SubRecordType', ParameterValue: 'JSON' }],
      },
      {
        Type: 'MetadataExtraction',
        Parameters: [
          { ParameterName: 'MetadataExtractionQuery', ParameterValue: partitionQuery },
          { ParameterName: 'JsonParsingEngine', ParameterValue: 'JQ-1.6' },
        ],
      },
      {
        Type: 'AppendDelimiterToRecord',
        Parameters: [{ ParameterName: 'Delimiter', ParameterValue: '\\n' }],
      },
    ],
  },
};
const plain: ExtendedS3DestinationConfiguration = {
  RoleARN: partitioned.RoleARN,
  BucketARN: partitioned.BucketARN,
  Prefix: 'plain/!{timestamp:yyyy}/',
  ErrorOutputPrefix: 'errors/!{firehose:error-output-type}/',
};

describe('the local Firehose', () => {
  let aws: FauxqsServer;
  let firehose: LocalFirehose;
  let client: FirehoseClient;
  let s3: S3Client;
  let sqs: SQSClient;
  let queueUrl: string;

  beforeAll(async () => {
    aws = await startFauxqs({ port: 0, logger: false });
    aws.createBucket('landing');
    aws.createTopic('objects');
    aws.createQueue('detection');
    aws.subscribe({ topic: 'objects', queue: 'detection' });
    queueUrl = `http://127.0.0.1:${String(aws.port)}/000000000000/detection`;
    const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
    firehose = await startLocalFirehose({
      endpoint: `http://127.0.0.1:${String(aws.port)}`,
      topicArn: 'arn:aws:sns:us-east-1:000000000000:objects',
    });
    client = new FirehoseClient({ endpoint: firehose.url, region: 'us-east-1', credentials, maxAttempts: 1 });
    s3 = new S3Client({
      endpoint: `http://127.0.0.1:${String(aws.port)}`,
      region: 'us-east-1',
      credentials,
      forcePathStyle: true,
    });
    sqs = new SQSClient({
      endpoint: `http://127.0.0.1:${String(aws.port)}`,
      region: 'us-east-1',
      credentials,
    });
  });
  beforeEach(async () => {
    await create('one', partitioned);
  });
  afterEach(async () => {
    firehose.setFaults({});
    await firehose.flush();
    const { DeliveryStreamNames = [] } = await client.send(new ListDeliveryStreamsCommand({ Limit: 100 }));
    for (const name of DeliveryStreamNames)
      await client.send(new DeleteDeliveryStreamCommand({ DeliveryStreamName: name }));
    for (const { key } of await objects())
      await s3.send(new GetObjectCommand({ Bucket: 'landing', Key: key }));
    aws.reset();
  });
  afterAll(async () => {
    await firehose.stop();
    client.destroy();
    s3.destroy();
    sqs.destroy();
    await aws.stop();
  });

  const create = (name: string, config: ExtendedS3DestinationConfiguration) =>
    client.send(
      new CreateDeliveryStreamCommand({
        DeliveryStreamName: name,
        ExtendedS3DestinationConfiguration: config,
      }),
    );
  const put = (name: string, ...records: (string | Buffer)[]) =>
    client.send(
      new PutRecordBatchCommand({
        DeliveryStreamName: name,
        Records: records.map((data) => ({ Data: Buffer.from(data) })),
      }),
    );
  const stats = (name: string) => {
    const found = firehose.stats()[name];
    if (!found) throw new Error(`${name} has no stats`);
    return found;
  };

  async function objects(): Promise<{ key: string; text: string }[]> {
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: 'landing' }));
    return Promise.all(
      Contents.map(async ({ Key = '' }) => {
        const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'landing', Key }));
        const bytes = Buffer.from((await Body?.transformToByteArray()) ?? []);
        return { key: Key, text: (Key.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString() };
      }),
    );
  }

  it('puts each line into its own partition, byte for byte, and announces the objects', async () => {
    const acme = '{"tenant_id":"acme","n":9007199254740993, "s":"}{"}';
    const beta = '{"metadata":{"tenant_uid":"beta"}}';
    const poison = '{"kind":"quarantine","tenant_id":"acme"}';
    const answer = await put('one', `${acme}\n${acme}\n`, `${beta}\n${poison}\n`);
    expect(answer.FailedPutCount).toBe(0);
    expect(answer.RequestResponses?.every(({ RecordId }) => RecordId)).toBe(true);
    await firehose.flush();
    const landed = new Map((await objects()).map(({ key, text }) => [key.split('/dt=')[0], { key, text }]));
    expect(landed.get('events/tenant=acme')?.text).toBe(`${acme}\n${acme}\n`);
    expect(landed.get('events/tenant=beta')?.text).toBe(`${beta}\n`);
    expect(landed.get('quarantine/tenant=acme')?.text).toBe(`${poison}\n`);
    expect(landed.get('events/tenant=beta')?.key).toMatch(
      /^events\/tenant=beta\/dt=\d{4}-\d\d-\d\d\/hour=\d\d\/one-1-\d{4}-\d\d-\d\d-\d\d-\d\d-\d\d-[0-9a-f-]{36}\.gz$/,
    );
    const announced = await announcedKeys(3);
    expect(announced.sort()).toEqual([...landed.values()].map(({ key }) => key).sort());
  });

  async function announcedKeys(count: number): Promise<string[]> {
    const keys: string[] = [];
    while (keys.length < count) {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({ QueueUrl: queueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 5 }),
      );
      for (const { Body = '', ReceiptHandle } of Messages) {
        const envelope = JSON.parse(Body) as { Message: string };
        const event = JSON.parse(envelope.Message) as {
          Records: { eventName: string; s3: { object: { key: string } } }[];
        };
        for (const { s3: record } of event.Records)
          keys.push(decodeURIComponent(record.object.key.replaceAll('+', ' ')));
        await sqs.send(new DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle }));
      }
    }
    return keys;
  }

  it('sends what it cannot place to the error prefix, with the raw bytes', async () => {
    await put('one', 'no json', '{"tenant_id":{}}\n', Buffer.from('{"x":1'));
    await firehose.flush();
    const [object] = await objects();
    expect(object?.key).toMatch(/^errors\/processing-failed\/dt=/);
    const raw = (object?.text ?? '')
      .trim()
      .split('\n')
      .map((line) => Buffer.from((JSON.parse(line) as { rawData: string }).rawData, 'base64').toString());
    expect(raw).toEqual(['no json', '{"tenant_id":{}}', '{"x":1']);
  });

  it('does not take apart a record of 501 sub-records', async () => {
    const line = '{"tenant_id":"acme"}\n';
    await put('one', line.repeat(500), line.repeat(501));
    await firehose.flush();
    expect(stats('one')).toMatchObject({ lines: 500, overfullRecords: 1 });
  });

  it('concatenates records verbatim without partitioning', async () => {
    await create('two', plain);
    await client.send(
      new PutRecordCommand({ DeliveryStreamName: 'two', Record: { Data: Buffer.from('a') } }),
    );
    await put('two', 'b\n', 'c');
    await firehose.flush();
    expect(await objects()).toEqual([{ key: expect.stringMatching(/^plain\/\d{4}\/two-1-/), text: 'ab\nc' }]);
  });

  it('keeps to its limits', async () => {
    await expect(put('one', ...new Array<string>(501).fill('x'))).rejects.toThrow(
      'less than or equal to 500',
    );
    await expect(put('one', Buffer.alloc(1_024_001))).rejects.toMatchObject({ name: 'ValidationException' });
    await expect(put('one', ...new Array<Buffer>(5).fill(Buffer.alloc(1_000_000)))).rejects.toMatchObject({
      name: 'InvalidArgumentException',
      message: 'Records size exceeds 4 MB limit',
    });
    await expect(put('nobody', 'x')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    expect((await put('one', ...new Array<Buffer>(4).fill(Buffer.alloc(1_024_000)))).FailedPutCount).toBe(0);
  });

  it.each<[string, Partial<ExtendedS3DestinationConfiguration>]>([
    ['at least 64', { BufferingHints: { SizeInMBs: 5, IntervalInSeconds: 60 } }],
    ['should contain Dynamic Partitioning namespaces', { Prefix: 'a/!{timestamp:yyyy}/' }],
    [
      "can't be part of an error prefix",
      { ErrorOutputPrefix: '!{firehose:error-output-type}/!{partitionKeyFromQuery:tenant}/' },
    ],
    ['only be part of a prefix expression when', { DynamicPartitioningConfiguration: { Enabled: false } }],
    ['keys that are not present in the S3 Prefix', { Prefix: '!{partitionKeyFromQuery:tenant}/' }],
    ['cannot be null or empty', { ErrorOutputPrefix: '' }],
    ['Invalid expression usage', { Prefix: '!{nonsense:x}/' }],
    ['regular expression pattern', { BucketARN: 'arn:aws:s3::landing' }],
  ])('refuses to create a stream: %s', async (message, change) => {
    await expect(create('bad', { ...partitioned, ...change })).rejects.toThrow(message);
  });

  it('describes, lists and updates streams', async () => {
    await create('two', plain);
    const { DeliveryStreamNames, HasMoreDeliveryStreams } = await client.send(
      new ListDeliveryStreamsCommand({ Limit: 1 }),
    );
    expect([DeliveryStreamNames, HasMoreDeliveryStreams]).toEqual([['one'], true]);
    await client.send(
      new UpdateDestinationCommand({
        DeliveryStreamName: 'two',
        CurrentDeliveryStreamVersionId: '1',
        DestinationId: 'destinationId-000000000001',
        ExtendedS3DestinationUpdate: { Prefix: 'moved/!{timestamp:yyyy}/' },
      }),
    );
    const { DeliveryStreamDescription } = await client.send(
      new DescribeDeliveryStreamCommand({ DeliveryStreamName: 'two' }),
    );
    expect(DeliveryStreamDescription).toMatchObject({ VersionId: '2', DeliveryStreamStatus: 'ACTIVE' });
    expect(DeliveryStreamDescription?.Destinations?.[0]?.ExtendedS3DestinationDescription?.Prefix).toContain(
      'moved/',
    );
    await put('two', 'x');
    await firehose.flush();
    expect((await objects())[0]?.key).toMatch(/^moved\/\d{4}\/two-2-/);
  });

  it('refuses calls that are not signed', async () => {
    const response = await fetch(firehose.url, {
      method: 'POST',
      headers: { 'x-amz-target': 'Firehose_20150804.ListDeliveryStreams' },
      body: '{}',
    });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ __type: 'MissingAuthenticationTokenException' });
  });

  it('fails records by position, over all calls', async () => {
    firehose.setFaults({
      records: { fail: 3, of: 7, codes: ['ServiceUnavailableException', 'InternalFailure'] },
    });
    const first = await put('one', ...new Array<string>(7).fill('{"tenant_id":"a"}'));
    expect(first.RequestResponses?.map(({ ErrorCode }) => ErrorCode)).toEqual([
      'ServiceUnavailableException',
      'InternalFailure',
      'ServiceUnavailableException',
      ...new Array<undefined>(4).fill(undefined),
    ]);
    expect(first.FailedPutCount).toBe(3);
    expect(stats('one')).toMatchObject({ recordsAccepted: 4, recordsFailed: 3 });
  });

  it('throttles, fails and refuses whole calls, as often as it is told', async () => {
    firehose.setFaults({ throttle: { times: 1 }, internal: { times: 1 } });
    await expect(put('one', 'x')).rejects.toMatchObject({
      name: 'ServiceUnavailableException',
      message: 'Slow down.',
    });
    await expect(put('one', 'x')).rejects.toMatchObject({ name: 'InternalFailure' });
    expect((await put('one', 'x')).FailedPutCount).toBe(0);
    firehose.setFaults({ invalid: { containing: 'poison' } });
    await expect(put('one', 'fine', 'with poison')).rejects.toMatchObject({
      name: 'InvalidArgumentException',
    });
    expect((await put('one', 'fine')).FailedPutCount).toBe(0);
  });

  it('takes records and cuts the line before it answers', async () => {
    const before = stats('one').recordsAccepted;
    firehose.setFaults({ acceptThenSilence: { cutAfterMs: 20, times: 1 } });
    await expect(put('one', '{"tenant_id":"a"}')).rejects.toThrow();
    await put('one', '{"tenant_id":"a"}');
    expect(stats('one').recordsAccepted - before).toBe(2);
    expect(stats('one').recordsResentAfterAccept).toBeGreaterThanOrEqual(1);
  });

  it('refuses records over a quota inside the answer', async () => {
    firehose.setFaults({ quota: { recordsPerSecond: 5 } });
    const answer = await put('one', ...new Array<string>(8).fill('{"tenant_id":"a"}'));
    expect(answer.FailedPutCount).toBe(3);
  });

  it('is steered over HTTP, with a clear word for a wrong knob', async () => {
    const knob = (body: unknown) =>
      fetch(`${firehose.url}/_admin/faults`, { method: 'PUT', body: JSON.stringify(body) });
    expect((await knob({ throttle: { times: 1 } })).status).toBe(200);
    await expect(put('one', 'x')).rejects.toThrow('Slow down.');
    const wrong = await knob({ trottle: {} });
    expect(wrong.status).toBe(400);
    expect(await wrong.text()).toContain('trottle');
    expect(await (await fetch(`${firehose.url}/_admin/stats`)).json()).toHaveProperty('one');
  });
});
