import { z } from 'zod';
import { partitionKinds, type PartitionKind } from './jobs.js';

/** Firehose's jq query: what decides an object's prefix stands in every line we write. */
export const partitionQuery = '{kind:(.kind // "events"),tenant:(.tenant_id // .metadata.tenant_uid)}';

/** Firehose's prefix expressions for S3 keys; the date is the arrival of an object's oldest record. */
export const objectPrefix =
  '!{partitionKeyFromQuery:kind}/tenant=!{partitionKeyFromQuery:tenant}/dt=!{timestamp:yyyy-MM-dd}/hour=!{timestamp:HH}/';

/** The same for a stream that holds one kind of one tenant and needs no query. */
export function tenantPrefix(kind: PartitionKind, tenantId: string): string {
  return `${kind}/tenant=${tenantId}/dt=!{timestamp:yyyy-MM-dd}/hour=!{timestamp:HH}/`;
}

export const errorPrefix = 'errors/!{firehose:error-output-type}/dt=!{timestamp:yyyy-MM-dd}/';

const objectKey = /^(?<kind>[a-z]+)\/tenant=(?<tenantId>[a-z0-9-]+)\/dt=[\d-]{10}\/hour=\d{2}\//;

/** Tells whose object a key is, or `undefined` when it is none of ours (an error object, a foreign file). */
export function partitionOfKey(key: string): { kind: PartitionKind; tenantId: string } | undefined {
  const groups = objectKey.exec(key)?.groups;
  const kind = z.enum(partitionKinds).safeParse(groups?.['kind']);
  const tenantId = groups?.['tenantId'];
  return kind.success && tenantId !== undefined ? { kind: kind.data, tenantId } : undefined;
}
