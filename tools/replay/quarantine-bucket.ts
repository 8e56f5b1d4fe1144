import { gunzipSync } from 'node:zlib';
import { GetObjectCommand, S3Client, paginateListObjectsV2 } from '@aws-sdk/client-s3';
import { quarantineLine, type QuarantineLine } from '#contracts';

/** Which lines are wanted; times compare with when the message was received. */
export type QuarantineFilter = {
  tenant?: string | undefined;
  reason?: string | undefined;
  since?: Date | undefined;
};

/** Reads the quarantine's lines out of the bucket, object by object. Nothing is ever removed from it. */
export async function* quarantineLinesOf(
  bucket: string,
  filter: QuarantineFilter,
): AsyncGenerator<QuarantineLine> {
  const client = new S3Client({ forcePathStyle: true });
  const Prefix = filter.tenant === undefined ? 'quarantine/' : `quarantine/tenant=${filter.tenant}/`;
  try {
    for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket: bucket, Prefix })) {
      for (const { Key = '', LastModified } of Contents) {
        // An object is never older than its lines were received.
        if (filter.since && LastModified && LastModified < filter.since) continue;
        const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key }));
        const bytes = Buffer.from((await Body?.transformToByteArray()) ?? []);
        for (const text of (Key.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString().split('\n')) {
          if (text === '') continue;
          const line = quarantineLine.parse(JSON.parse(text));
          if (filter.reason !== undefined && line.reason !== filter.reason) continue;
          if (filter.since && new Date(line.received_at) < filter.since) continue;
          yield line;
        }
      }
    }
  } finally {
    client.destroy();
  }
}
