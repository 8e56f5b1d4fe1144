import { z } from 'zod';
import { AwsError, constraintError, invalidArgument } from './aws-error.js';
import type { SubRecordType } from './deaggregate.js';
import { hasPartitionKeys, isWellFormed, partitionKeysOf } from './prefix.js';

const processor = z.object({
  Type: z.string(),
  Parameters: z.array(z.object({ ParameterName: z.string(), ParameterValue: z.string() })).default([]),
});

const destination = z.object({
  RoleARN: z.string(),
  BucketARN: z.string(),
  Prefix: z.string().default(''),
  ErrorOutputPrefix: z.string().default(''),
  BufferingHints: z
    .object({ SizeInMBs: z.int().optional(), IntervalInSeconds: z.int().optional() })
    .optional(),
  CompressionFormat: z
    .enum(['UNCOMPRESSED', 'GZIP', 'ZIP', 'Snappy', 'HADOOP_SNAPPY'])
    .default('UNCOMPRESSED'),
  FileExtension: z.string().default(''),
  DynamicPartitioningConfiguration: z
    .object({ Enabled: z.boolean().default(false) })
    .loose()
    .optional(),
  ProcessingConfiguration: z
    .object({ Enabled: z.boolean().default(false), Processors: z.array(processor).max(5).default([]) })
    .optional(),
});
type Destination = z.input<typeof destination>;

/** An S3 destination as it was asked for, and what follows from it. */
export type StreamConfig = {
  given: Destination;
  bucket: string;
  prefix: string;
  errorPrefix: string;
  sizeBytes: number;
  intervalMs: number;
  isGzip: boolean;
  extension: string;
  subRecords: SubRecordType | undefined;
  query: string | undefined;
  appendsDelimiter: boolean;
};

/** Reads and checks a destination as CreateDeliveryStream does. @throws AwsError with AWS's texts */
export function readDestination(input: unknown): StreamConfig {
  const parsed = destination.safeParse(input);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const at = ['extendedS3DestinationConfiguration', ...(issue?.path ?? [])].map(lowerFirst).join('.');
    throw constraintError('null', at, issue?.message ?? 'Member must not be null');
  }
  const config = parsed.data;
  const bucket = /^arn:aws(?:-[a-z]+)?:s3:::([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])$/.exec(config.BucketARN)?.[1];
  if (bucket === undefined) {
    throw constraintError(
      config.BucketARN,
      'extendedS3DestinationConfiguration.bucketARN',
      'Member must satisfy regular expression pattern: arn:.*:s3:::[\\w\\.\\-]{1,255}',
    );
  }
  const isPartitioned = config.DynamicPartitioningConfiguration?.Enabled ?? false;
  const processors = config.ProcessingConfiguration?.Enabled ? config.ProcessingConfiguration.Processors : [];
  const parameter = (type: string, name: string) =>
    processors
      .find(({ Type }) => Type === type)
      ?.Parameters.find(({ ParameterName }) => ParameterName === name)?.ParameterValue;
  const has = (type: string) => processors.some(({ Type }) => Type === type);
  checkPrefixes(config.Prefix, config.ErrorOutputPrefix, isPartitioned);
  for (const type of ['MetadataExtraction', 'RecordDeAggregation']) {
    if (has(type) && !isPartitioned) {
      throw invalidArgument(`${type} processor can only be present when Dynamic Partitioning is enabled.`);
    }
  }
  const unsupported = processors.find(({ Type }) => !supportedProcessors.includes(Type));
  if (unsupported)
    throw new AwsError('InvalidArgumentException', `Processor ${unsupported.Type} is not emulated here`);
  if (config.CompressionFormat !== 'GZIP' && config.CompressionFormat !== 'UNCOMPRESSED') {
    throw new AwsError(
      'InvalidArgumentException',
      `Compression ${config.CompressionFormat} is not emulated here`,
    );
  }
  const query = parameter('MetadataExtraction', 'MetadataExtractionQuery');
  if (query !== undefined) checkQueryKeys(query, config.Prefix);
  const isGzip = config.CompressionFormat === 'GZIP';
  return {
    given: input as Destination,
    bucket,
    prefix: config.Prefix,
    errorPrefix: config.ErrorOutputPrefix,
    ...readBuffering(config.BufferingHints, isPartitioned),
    isGzip,
    extension: config.FileExtension || (isGzip ? '.gz' : ''),
    subRecords: has('RecordDeAggregation')
      ? subRecordType(
          parameter('RecordDeAggregation', 'SubRecordType'),
          parameter('RecordDeAggregation', 'Delimiter'),
        )
      : undefined,
    query,
    appendsDelimiter: has('AppendDelimiterToRecord'),
  };
}

const supportedProcessors = ['RecordDeAggregation', 'MetadataExtraction', 'AppendDelimiterToRecord'];

function readBuffering(
  hints: { SizeInMBs?: number | undefined; IntervalInSeconds?: number | undefined } | undefined,
  isPartitioned: boolean,
) {
  if (hints && (hints.SizeInMBs === undefined) !== (hints.IntervalInSeconds === undefined)) {
    throw invalidArgument('SizeInMBs and IntervalInSeconds must be given together');
  }
  const sizeInMBs = hints?.SizeInMBs ?? (isPartitioned ? 64 : 5);
  const seconds = hints?.IntervalInSeconds ?? 300;
  const at = 'extendedS3DestinationConfiguration.bufferingHints';
  if (sizeInMBs < 1 || sizeInMBs > 128)
    throw constraintError(String(sizeInMBs), `${at}.sizeInMBs`, 'Member must have value between 1 and 128');
  if (seconds < 0 || seconds > 900)
    throw constraintError(
      String(seconds),
      `${at}.intervalInSeconds`,
      'Member must have value between 0 and 900',
    );
  if (isPartitioned && sizeInMBs < 64) {
    throw invalidArgument(
      'BufferingHints.SizeInMBs must be at least 64 when Dynamic Partitioning is enabled.',
    );
  }
  if (isPartitioned && seconds < 60) {
    throw invalidArgument(
      'BufferingHints.IntervalInSeconds must be at least 60 when Dynamic Partitioning is enabled.',
    );
  }
  return { sizeBytes: sizeInMBs * 1024 * 1024, intervalMs: seconds * 1_000 };
}

function checkPrefixes(prefix: string, errorPrefix: string, isPartitioned: boolean): void {
  if (!isWellFormed(prefix) || !isWellFormed(errorPrefix)) throw invalidArgument('Invalid expression usage');
  if (prefix.includes('!{firehose:error-output-type}')) {
    throw invalidArgument('Prefix must not contain any occurrence of !{firehose:error-output-type}');
  }
  if (hasPartitionKeys(errorPrefix)) {
    throw invalidArgument("Dynamic Partitioning Namespaces can't be part of an error prefix expression");
  }
  if (prefix.includes('!{') && errorPrefix === '') {
    throw invalidArgument('ErrorOutputPrefix cannot be null or empty when Prefix contains expressions');
  }
  if (errorPrefix.includes('!{') && !errorPrefix.includes('!{firehose:error-output-type}')) {
    throw invalidArgument(
      'ErrorOutputPrefix must contain !{firehose:error-output-type} when it contains expressions',
    );
  }
  if (isPartitioned && !hasPartitionKeys(prefix)) {
    throw invalidArgument(
      'S3 Prefix should contain Dynamic Partitioning namespaces when Dynamic Partitioning is enabled',
    );
  }
  if (!isPartitioned && hasPartitionKeys(prefix)) {
    throw invalidArgument(
      'Dynamic Partitioning Namespaces can only be part of a prefix expression when Dynamic Partitioning is enabled.',
    );
  }
}

function checkQueryKeys(query: string, prefix: string): void {
  const keys = [...query.replaceAll(/"(?:[^"\\]|\\.)*"/g, '""').matchAll(/[{,]\s*([A-Za-z_]\w*)\s*:/g)].map(
    ([, key]) => key ?? '',
  );
  const inPrefix = partitionKeysOf(prefix);
  if (keys.some((key) => !inPrefix.includes(key))) {
    throw invalidArgument(
      "MetaDataExtraction JQ Query can't contain keys that are not present in the S3 Prefix expression",
    );
  }
  if (inPrefix.some((key) => !keys.includes(key))) {
    throw invalidArgument(
      'S3 Prefix expression contains keys that are not present in the MetaDataExtraction JQ Query',
    );
  }
}

function subRecordType(type: string | undefined, delimiter: string | undefined): SubRecordType {
  if (type === 'JSON') return { kind: 'JSON' };
  if (type === 'DELIMITED' && delimiter)
    return { kind: 'DELIMITED', delimiter: Buffer.from(delimiter, 'base64') };
  throw invalidArgument('SubRecordType must be JSON, or DELIMITED with a Delimiter');
}

function lowerFirst(name: PropertyKey): string {
  const text = String(name);
  return text.charAt(0).toLowerCase() + text.slice(1);
}
