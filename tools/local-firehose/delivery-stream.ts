import { deaggregate, maxSubRecords } from './deaggregate.js';
import { metadataQuery, type MetadataQuery } from './metadata-query.js';
import { ObjectBody } from './object-body.js';
import { objectKey, type KeyParts } from './object-key.js';
import type { ObjectWriter } from './object-writer.js';
import { provenObjects, type ProveObjects } from './proven-objects.js';
import type { StreamConfig } from './stream-config.js';
import type { StreamStats } from './stats.js';

export type BufferingOverride = { sizeBytes?: number; intervalMs?: number; activePartitions?: number };

type OpenObject = KeyParts & {
  body: ObjectBody;
  lines: number;
  timer: NodeJS.Timeout;
};

const maxActivePartitions = 500;

/** One stream's inside: takes records apart, places them, buffers each place and writes it as objects. */
export class DeliveryStream {
  version = 1;
  readonly createdMs = Date.now();
  private readonly open = new Map<string, OpenObject>();
  private query: MetadataQuery | undefined;
  private prove: ProveObjects | undefined;
  private processing: Promise<void> = Promise.resolve();
  private readonly writing = new Set<Promise<void>>();

  constructor(
    readonly name: string,
    public config: StreamConfig,
    private readonly writer: ObjectWriter,
    private readonly stats: StreamStats,
    private readonly override: BufferingOverride,
  ) {
    this.configure(config);
  }

  configure(config: StreamConfig): void {
    if (config.isGzip !== this.config.isGzip) for (const place of [...this.open.keys()]) this.write(place);
    this.config = config;
    this.query = config.query === undefined ? undefined : metadataQuery(config.query);
    this.prove = provenObjects(config);
  }

  /**
   * Takes accepted records; what becomes of them is decided after the answer, as in AWS. Resolves when
   * none of them is needed any more.
   */
  take(records: readonly Buffer[]): Promise<void> {
    const arrivalMs = Date.now();
    this.processing = this.processing.then(async () => {
      for (const record of records) await this.process(record, arrivalMs);
    });
    return this.processing;
  }

  /** Writes everything that is buffered and resolves when it is stored. */
  async flush(): Promise<void> {
    await this.processing;
    for (const key of [...this.open.keys()]) this.write(key);
    await Promise.all(this.writing);
  }

  private async process(record: Buffer, arrivalMs: number): Promise<void> {
    const { subRecords, appendsDelimiter } = this.config;
    const proven = this.prove?.(record);
    let parts = proven?.parts ?? [record];
    if (subRecords && !proven) {
      try {
        parts = deaggregate(record, subRecords);
      } catch (error) {
        this.fail(
          'processing-failed',
          'DynamicPartitioning.DeaggregationFailed',
          String(error),
          record,
          arrivalMs,
        );
        return;
      }
    }
    if (parts.length > maxSubRecords) {
      this.stats.overfullRecords += 1;
      const text = `the record holds ${String(parts.length)} sub-records, more than ${String(maxSubRecords)}`;
      this.fail('processing-failed', 'DynamicPartitioning.DeaggregationFailed', text, record, arrivalMs);
      return;
    }
    const extractions = proven?.extractions ?? (await this.query?.(parts));
    parts.forEach((part, index) => {
      const extraction = extractions?.[index];
      if (extraction && 'error' in extraction) {
        this.fail(
          'processing-failed',
          'DynamicPartitioning.MetadataExtractionFailed',
          extraction.error,
          part,
          arrivalMs,
        );
      } else {
        this.place(extraction, part, appendsDelimiter, arrivalMs);
      }
    });
  }

  private place(
    extraction: { keys: Record<string, string>; place: string } | undefined,
    part: Buffer,
    delimit: boolean,
    arrivalMs: number,
  ): void {
    const { keys, place = '' } = extraction ?? {};
    const limit = this.override.activePartitions ?? maxActivePartitions;
    if (keys && !this.open.has(place) && this.open.size >= limit) {
      this.fail(
        'activePartitionExceeded',
        'DynamicPartitioning.ActivePartitionsLimitExceeded',
        'too many active partitions',
        part,
        arrivalMs,
      );
      return;
    }
    this.append(place, delimit ? [part, newline] : [part], arrivalMs, {
      partitionKeys: keys,
      errorOutputType: undefined,
    });
  }

  /** Writes a record that could not be placed to the error prefix, as AWS describes it there. */
  private fail(
    type: string,
    errorCode: string,
    errorMessage: string,
    record: Buffer,
    arrivalMs: number,
  ): void {
    this.stats.failedSubRecords += 1;
    const line = {
      attemptsMade: 1,
      arrivalTimestamp: arrivalMs,
      errorCode,
      errorMessage,
      attemptEndingTimestamp: Date.now(),
      rawData: record.toString('base64'),
    };
    const bytes = Buffer.from(`${JSON.stringify(line)}\n`);
    this.append(`error:${type}`, [bytes], arrivalMs, { partitionKeys: undefined, errorOutputType: type });
  }

  private append(
    place: string,
    chunks: readonly Buffer[],
    arrivalMs: number,
    target: Pick<OpenObject, 'partitionKeys' | 'errorOutputType'>,
  ): void {
    let object = this.open.get(place);
    if (!object) {
      const timer = setTimeout(() => {
        this.write(place);
      }, this.override.intervalMs ?? this.config.intervalMs);
      object = { ...target, body: new ObjectBody(this.config.isGzip), lines: 0, arrivalMs, timer };
      this.open.set(place, object);
    }
    for (const chunk of chunks) object.body.append(chunk);
    object.lines += 1;
    if (object.body.length >= (this.override.sizeBytes ?? this.config.sizeBytes)) this.write(place);
  }

  private write(place: string): void {
    const object = this.open.get(place);
    if (!object) return;
    this.open.delete(place);
    clearTimeout(object.timer);
    const done = this.writer
      .write(this.config.bucket, objectKey(this, object), object.body)
      .then(() => {
        this.stats.objects += 1;
        if (object.errorOutputType === undefined) this.stats.lines += object.lines;
      })
      .finally(() => this.writing.delete(done));
    this.writing.add(done);
  }
}

const newline = Buffer.from('\n');
