import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { errorPrefix, objectPrefix, partitionOfKey, partitionQuery } from './partition.js';

describe('partitionOfKey', () => {
  it.each([
    ['events/tenant=acme/dt=2026-02-03/hour=10/a.gz', { kind: 'events', tenantId: 'acme' }],
    ['quarantine/tenant=a-1/dt=2026-02-03/hour=00/a/b.gz', { kind: 'quarantine', tenantId: 'a-1' }],
    ['errors/processing-failed/dt=2026-02-03/a', undefined],
    ['other/tenant=acme/dt=2026-02-03/hour=10/a.gz', undefined],
    ['events/tenant=/dt=2026-02-03/hour=10/a.gz', undefined],
    ['x/events/tenant=acme/dt=2026-02-03/hour=10/a.gz', undefined],
  ])('of %s is %j', (key, expected) => {
    expect(partitionOfKey(key)).toEqual(expected);
  });
});

it('the Terraform of the AWS side partitions as the code expects', () => {
  const terraform = readFileSync(new URL('../../docker/terraform/aws/firehose.tf', import.meta.url), 'utf8');
  // Terraform writes a dollar or percent sign before a brace twice, and quotes with a backslash.
  const written = terraform.replaceAll('\\"', '"').replaceAll('$${', '${').replaceAll('%%{', '%{');
  for (const expression of [partitionQuery, objectPrefix, errorPrefix]) expect(written).toContain(expression);
});
