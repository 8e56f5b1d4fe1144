import type { Lanes } from './batch.controller.js';
import { gzipRecords } from './gzip-records.js';
import { compressedLimits, partitionedLimits } from './pack-records.js';
import { streamOf } from './rendezvous.js';
import type { RecordShape, StreamDelivery } from './stream-delivery.js';
import { tenantStream, type TenantStream } from './tenant-stream.js';

/** Firehose takes such records apart by itself, and compresses. */
export const partitionedShape: RecordShape = { limits: partitionedLimits, encode: (records) => records };
/** What a tenant's stream writes is what it is given, one gzip member after another. */
export const gzippedShape: RecordShape = { limits: compressedLimits, encode: gzipRecords };

/** Lanes of a few streams, which tenants are spread over. */
export function sharedLanes(streams: readonly string[], laneTo: (stream: string) => StreamDelivery): Lanes {
  const lanes = new Map(streams.map((stream) => [stream, laneTo(stream)]));
  return ({ tenantId }) => {
    const lane = lanes.get(streamOf(tenantId, streams));
    if (!lane) throw new RangeError('a stream has no lane');
    return lane;
  };
}

/** A lane for each tenant and kind, once there is something to deliver. */
export function tenantLanes(namePrefix: string, laneTo: (stream: TenantStream) => StreamDelivery): Lanes {
  const lanes = new Map<string, StreamDelivery>();
  return ({ kind, tenantId }) => {
    const stream = tenantStream(namePrefix, kind, tenantId);
    let lane = lanes.get(stream.name);
    if (!lane) lanes.set(stream.name, (lane = laneTo(stream)));
    return lane;
  };
}
