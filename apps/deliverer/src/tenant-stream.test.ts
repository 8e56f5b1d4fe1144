import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { partitionKinds, tenantId } from '#contracts';
import { createInput, strangeness, tenantStream } from './tenant-stream.js';

const template = {
  namePrefix: 'floodgate',
  roleArn: 'arn:aws:iam::1:role/firehose',
  bucketArn: 'arn:aws:s3:::events',
  objectMiB: 16,
  objectSeconds: 60,
};
const tenant = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,62}$/).filter((id) => tenantId.safeParse(id).success);
const prefix = fc.stringMatching(/^[a-zA-Z0-9_-]{1,31}$/);
const kind = fc.constantFrom(...partitionKinds);

describe("a tenant's own stream", () => {
  it('has a name that Firehose takes', () => {
    fc.assert(
      fc.property(prefix, kind, tenant, (namePrefix, kind, tenantId) => {
        expect(tenantStream(namePrefix, kind, tenantId).name).toMatch(/^[a-zA-Z0-9_.-]{1,64}$/);
      }),
    );
  });

  it('is never that of another tenant or kind', () => {
    const long = fc.constantFrom('a', 'b', 'ab').map((end) => `${'x'.repeat(60)}${end}`);
    fc.assert(
      fc.property(
        kind,
        kind,
        fc.oneof(tenant, long),
        fc.oneof(tenant, long),
        (kind, otherKind, one, other) => {
          const isSame = tenantStream('p', kind, one).name === tenantStream('p', otherKind, other).name;
          expect(isSame).toBe(one === other && kind === otherKind);
        },
      ),
    );
  });

  const acme = tenantStream('floodgate', 'events', 'acme');
  const made = createInput(acme, template).ExtendedS3DestinationConfiguration;
  const found = (change: object) => ({
    Destinations: [{ DestinationId: 'one', ExtendedS3DestinationDescription: { ...made, ...change } }],
  });

  it('is fit for use as it was made', () => {
    expect(made?.Prefix).toBe('events/tenant=acme/dt=!{timestamp:yyyy-MM-dd}/hour=!{timestamp:HH}/');
    expect(strangeness(found({}) as never, acme, template)).toBeUndefined();
  });

  it.each([
    [{ Prefix: 'events/tenant=globex/' }, "its Prefix is not the tenant's"],
    [{ BucketARN: 'arn:aws:s3:::other' }, "its BucketARN is not the tenant's"],
    [{ CompressionFormat: 'GZIP', FileExtension: '.gz' }, 'CompressionFormat, FileExtension'],
    [{ ProcessingConfiguration: { Enabled: true } }, 'it changes or partitions its records'],
    [{ DynamicPartitioningConfiguration: { Enabled: true } }, 'it changes or partitions its records'],
  ])('is not used with %j', (change, why) => {
    expect(strangeness(found(change) as never, acme, template)).toContain(why);
  });

  it('is not used without a destination in S3', () => {
    expect(strangeness({ Destinations: [] } as never, acme, template)).toContain('Prefix, BucketARN');
  });
});
