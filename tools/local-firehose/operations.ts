import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { AwsError, constraintError, invalidArgument, slowDown } from './aws-error.js';
import type { ControlPlane } from './control-plane.js';
import { DeliveryStream, type BufferingOverride } from './delivery-stream.js';
import type { FaultPlan } from './faults.js';
import type { ObjectWriter } from './object-writer.js';
import { StreamStats } from './stats.js';
import { readDestination } from './stream-config.js';

const accountId = '000000000000';
const maxRecords = 500;
const maxRecordBytes = 1_024_000;
const maxCallBytes = 4 * 1024 * 1024;

/** An answer that is never sent: the connection is cut after this time. */
export class Silence extends Error {
  constructor(readonly cutAfterMs: number) {
    super('accepted, but not answered');
  }
}

const namePattern = /^[a-zA-Z0-9_.-]{1,64}$/;
const input = z.record(z.string(), z.unknown());
type Input = z.infer<typeof input>;
type WhileUsed = (use: Promise<void>) => void;

/** Firehose's operations on streams, by name, without any HTTP. */
export class Operations {
  private readonly streams = new Map<string, DeliveryStream>();
  readonly stats = new Map<string, StreamStats>();
  onAccepted: (records: readonly Buffer[]) => void = () => undefined;

  constructor(
    private readonly writer: ObjectWriter,
    private readonly faults: FaultPlan,
    private readonly override: BufferingOverride,
    private readonly control: ControlPlane,
    private readonly region: string,
  ) {}

  /**
   * Runs an operation on its JSON input, in which data may be bytes; `whileUsed` hears until when they are
   * needed. @throws AwsError, Silence
   */
  async run(operation: string, body: unknown, whileUsed: WhileUsed): Promise<object> {
    const parsed = input.safeParse(body);
    if (!parsed.success) throw new AwsError('SerializationException', 'the body is not a JSON object');
    const args = parsed.data;
    if (!operation.startsWith('Put')) this.control.admit(operation, Date.now());
    switch (operation) {
      case 'CreateDeliveryStream':
        return this.create(args);
      case 'DescribeDeliveryStream':
        return {
          DeliveryStreamDescription: describe(this.find(args), this.statusOf(this.find(args)), this.region),
        };
      case 'ListDeliveryStreams':
        return this.list(args);
      case 'DeleteDeliveryStream':
        return this.delete(args);
      case 'UpdateDestination':
        return this.update(args);
      case 'PutRecord':
        return this.putRecord(args, whileUsed);
      case 'PutRecordBatch':
        return this.putRecordBatch(args, whileUsed);
      default:
        throw new AwsError('UnknownOperationException', `${operation} is not emulated here`);
    }
  }

  async flush(): Promise<void> {
    await Promise.all([...this.streams.values()].map((stream) => stream.flush()));
  }

  private create(args: Input): object {
    const name = nameOf(args);
    if (this.streams.has(name)) {
      throw new AwsError(
        'ResourceInUseException',
        `Firehose ${name} under accountId ${accountId} already exists`,
      );
    }
    if ((args['DeliveryStreamType'] ?? 'DirectPut') !== 'DirectPut')
      throw invalidArgument('only DirectPut streams are emulated here');
    const destinations = ['ExtendedS3DestinationConfiguration', 'S3DestinationConfiguration'].filter(
      (key) => key in args,
    );
    if (destinations.length !== 1)
      throw invalidArgument('Exactly one destination configuration is supported for a Firehose');
    const config = readDestination(args[destinations[0] ?? '']);
    const stats = new StreamStats();
    this.stats.set(name, stats);
    this.streams.set(name, new DeliveryStream(name, config, this.writer, stats, this.override));
    return { DeliveryStreamARN: arn(name, this.region) };
  }

  private list(args: Input): object {
    const limit = typeof args['Limit'] === 'number' ? args['Limit'] : 10;
    const after = args['ExclusiveStartDeliveryStreamName'];
    const names = [...this.streams.keys()].sort().filter((name) => typeof after !== 'string' || name > after);
    return { DeliveryStreamNames: names.slice(0, limit), HasMoreDeliveryStreams: names.length > limit };
  }

  /** What it had taken is still written. */
  private async delete(args: Input): Promise<object> {
    const stream = this.find(args);
    this.streams.delete(stream.name);
    await stream.flush();
    return {};
  }

  private update(args: Input): object {
    const stream = this.find(args);
    if (args['CurrentDeliveryStreamVersionId'] !== String(stream.version)) {
      throw new AwsError(
        'ConcurrentModificationException',
        `Cannot update firehose: ${stream.name} since the current version id: ${String(stream.version)} and specified version id: ${String(args['CurrentDeliveryStreamVersionId'])} do not match`,
      );
    }
    if (args['DestinationId'] !== destinationId)
      throw invalidArgument(`Destination Id ${String(args['DestinationId'])} not found`);
    const change = args['ExtendedS3DestinationUpdate'] ?? args['S3DestinationUpdate'];
    stream.configure(readDestination({ ...stream.config.given, ...(change as object | undefined) }));
    stream.version += 1;
    return {};
  }

  private async putRecord(args: Input, whileUsed: WhileUsed): Promise<object> {
    const answer = (await this.putRecordBatch(
      { ...args, Records: [args['Record']] },
      whileUsed,
    )) as PutAnswer;
    const [response] = answer.RequestResponses;
    if (response?.ErrorCode !== undefined)
      throw new AwsError(response.ErrorCode, response.ErrorMessage ?? '', 500);
    return { RecordId: response?.RecordId, Encrypted: false };
  }

  private async putRecordBatch(args: Input, whileUsed: WhileUsed): Promise<object> {
    const stream = this.find(args);
    if (this.statusOf(stream) !== 'ACTIVE') throw notFound(stream.name);
    const stats = this.stats.get(stream.name) ?? new StreamStats();
    const records = recordsOf(args);
    stats.calls += 1;
    stats.recordsOffered += records.length;
    const latency = this.faults.strike('latency', stream.name);
    if (latency) await new Promise((resolve) => setTimeout(resolve, latency.ms));
    this.throwWholeCallFault(stream.name, records);
    const refused = this.faults.refusals(stream.name, records);
    const accepted = records.filter((_, position) => refused[position] === undefined);
    for (const record of accepted) stats.accept(record);
    stats.recordsFailed += records.length - accepted.length;
    whileUsed(stream.take(accepted));
    this.onAccepted(accepted);
    const silence = this.faults.strike('acceptThenSilence', stream.name);
    if (silence) throw new Silence(silence.cutAfterMs);
    const answer: PutAnswer = {
      FailedPutCount: records.length - accepted.length,
      Encrypted: false,
      RequestResponses: refused.map((code) =>
        code === undefined
          ? { RecordId: randomBytes(96).toString('base64') }
          : {
              ErrorCode: code,
              ErrorMessage: code === 'InternalFailure' ? 'Internal server failure' : 'Slow down.',
            },
      ),
    };
    return answer;
  }

  private throwWholeCallFault(stream: string, records: readonly Buffer[]): void {
    if (!this.faults.mayRequest(stream) || this.faults.strike('throttle', stream)) throw slowDown();
    if (this.faults.strike('denied', stream))
      throw new AwsError(
        'UnrecognizedClientException',
        'The security token included in the request is invalid.',
      );
    const { internal } = this.faults.get();
    if (internal && Math.random() < internal.chance && this.faults.strike('internal', stream)) {
      throw new AwsError('InternalFailure', 'Internal server failure', 500);
    }
    const { invalid } = this.faults.get();
    const isInvalid = invalid && records.some((record) => record.includes(invalid.containing));
    if (isInvalid && this.faults.strike('invalid', stream))
      throw invalidArgument('the request holds a record that is invalid');
  }

  private find(args: Input): DeliveryStream {
    const name = nameOf(args);
    const stream = this.streams.get(name);
    if (!stream) throw notFound(name);
    return stream;
  }

  private statusOf({ createdMs }: DeliveryStream): 'ACTIVE' | 'CREATING' {
    return this.control.isActive(createdMs, Date.now()) ? 'ACTIVE' : 'CREATING';
  }
}

function notFound(name: string): AwsError {
  return new AwsError('ResourceNotFoundException', `Firehose ${name} under account ${accountId} not found.`);
}

type PutAnswer = {
  FailedPutCount: number;
  Encrypted: boolean;
  RequestResponses: { RecordId?: string; ErrorCode?: string; ErrorMessage?: string }[];
};

const destinationId = 'destinationId-000000000001';

function recordsOf(args: Input): Buffer[] {
  const given = args['Records'];
  if (!Array.isArray(given) || given.length === 0)
    throw constraintError('[]', 'records', 'Member must have length greater than or equal to 1');
  if (given.length > maxRecords)
    throw constraintError(
      '[...]',
      'records',
      `Member must have length less than or equal to ${String(maxRecords)}`,
    );
  let bytes = 0;
  const records = given.map((record: unknown, position) => {
    const data = (record as { Data?: unknown } | null)?.Data;
    const at = `records.${String(position + 1)}.member.data`;
    if (typeof data !== 'string' && !Buffer.isBuffer(data))
      throw constraintError('null', at, 'Member must not be null');
    const decoded = typeof data === 'string' ? Buffer.from(data, 'base64') : data;
    if (decoded.length > maxRecordBytes)
      throw constraintError(
        'java.nio.HeapByteBuffer',
        at,
        `Member must have length less than or equal to ${String(maxRecordBytes)}`,
      );
    bytes += decoded.length;
    return decoded;
  });
  if (bytes > maxCallBytes) throw invalidArgument('Records size exceeds 4 MB limit');
  return records;
}

function nameOf(args: Input): string {
  const name = args['DeliveryStreamName'];
  if (typeof name !== 'string')
    throw constraintError('null', 'deliveryStreamName', 'Member must not be null');
  if (!namePattern.test(name))
    throw constraintError(
      name,
      'deliveryStreamName',
      'Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+',
    );
  return name;
}

function arn(name: string, region: string): string {
  return `arn:aws:firehose:${region}:${accountId}:deliverystream/${name}`;
}

function describe(stream: DeliveryStream, status: string, region: string): object {
  const { config } = stream;
  const s3 = {
    CompressionFormat: 'UNCOMPRESSED',
    EncryptionConfiguration: { NoEncryptionConfig: 'NoEncryption' },
    ...config.given,
    BufferingHints: {
      SizeInMBs: config.sizeBytes / 1024 / 1024,
      IntervalInSeconds: config.intervalMs / 1_000,
    },
  };
  return {
    DeliveryStreamName: stream.name,
    DeliveryStreamARN: arn(stream.name, region),
    DeliveryStreamStatus: status,
    DeliveryStreamType: 'DirectPut',
    VersionId: String(stream.version),
    CreateTimestamp: stream.createdMs / 1_000,
    HasMoreDestinations: false,
    Destinations: [
      { DestinationId: destinationId, S3DestinationDescription: s3, ExtendedS3DestinationDescription: s3 },
    ],
  };
}
