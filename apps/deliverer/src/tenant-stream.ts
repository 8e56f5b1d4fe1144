import type { CreateDeliveryStreamCommandInput, DeliveryStreamDescription } from '@aws-sdk/client-firehose';
import { hash } from 'node:crypto';
import { errorPrefix, tenantPrefix, type PartitionKind } from '#contracts';

/** A stream that takes one kind of line of one tenant, and writes under no other prefix. */
export type TenantStream = { name: string; kind: PartitionKind; tenantId: string };

/** What all tenants' streams have in common. */
export type StreamTemplate = {
  namePrefix: string;
  roleArn: string;
  bucketArn: string;
  objectMiB: number;
  objectSeconds: number;
};

const longestName = 64;

/** Names hold dots where tenants' ids cannot, so no two tenants ever share a stream. */
export function tenantStream(namePrefix: string, kind: PartitionKind, tenantId: string): TenantStream {
  const name = `${namePrefix}.${kind}.${tenantId}`;
  if (name.length <= longestName) return { name, kind, tenantId };
  const digest = `.${hash('sha256', tenantId, 'hex').slice(0, 16)}`;
  return { name: name.slice(0, longestName - digest.length) + digest, kind, tenantId };
}

/** The stream as it is made: no partitioning, and objects of whatever the records are, which is gzip. */
export function createInput(
  stream: TenantStream,
  template: StreamTemplate,
): CreateDeliveryStreamCommandInput {
  const { kind, tenantId, name } = stream;
  return {
    DeliveryStreamName: name,
    DeliveryStreamType: 'DirectPut',
    DeliveryStreamEncryptionConfigurationInput: { KeyType: 'AWS_OWNED_CMK' },
    Tags: [{ Key: 'floodgate-tenant', Value: tenantId }],
    ExtendedS3DestinationConfiguration: {
      RoleARN: template.roleArn,
      BucketARN: template.bucketArn,
      Prefix: tenantPrefix(kind, tenantId),
      ErrorOutputPrefix: errorPrefix,
      BufferingHints: { SizeInMBs: template.objectMiB, IntervalInSeconds: template.objectSeconds },
      CompressionFormat: 'UNCOMPRESSED',
      FileExtension: '.json.gz',
    },
  };
}

/** Why a stream of that name must not be used for this tenant, or `undefined`. */
export function strangeness(
  found: DeliveryStreamDescription,
  stream: TenantStream,
  { bucketArn }: StreamTemplate,
): string | undefined {
  const destination = found.Destinations?.[0]?.ExtendedS3DestinationDescription;
  const expected = {
    Prefix: tenantPrefix(stream.kind, stream.tenantId),
    BucketARN: bucketArn,
    CompressionFormat: 'UNCOMPRESSED',
    FileExtension: '.json.gz',
  };
  const wrong = Object.entries(expected).filter(
    ([name, value]) => destination?.[name as keyof typeof expected] !== value,
  );
  if (wrong.length > 0) return `its ${wrong.map(([name]) => name).join(', ')} is not the tenant's`;
  const isProcessed = [destination?.ProcessingConfiguration, destination?.DynamicPartitioningConfiguration];
  return isProcessed.some((part) => part?.Enabled === true)
    ? 'it changes or partitions its records'
    : undefined;
}
