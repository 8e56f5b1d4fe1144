import { z } from 'zod';

/** One object that S3 says was created, and when. */
export type LandedObject = {
  bucket: string;
  key: string;
  etag: string;
  bytes: number;
  atMs: number | undefined;
};

const envelope = z.object({ Type: z.literal('Notification'), Message: z.string() });
const testEvent = z.object({ Event: z.literal('s3:TestEvent') });
const records = z.object({
  Records: z.array(
    z.object({
      eventName: z.string(),
      eventTime: z.iso.datetime({ offset: true }).optional(),
      s3: z.object({
        bucket: z.object({ name: z.string() }),
        object: z.object({ key: z.string(), size: z.number().default(0), eTag: z.string().default('') }),
      }),
    }),
  ),
});

/**
 * Reads the objects out of an SQS message: S3's event, raw or in SNS's envelope. S3's test event holds
 * none. @throws when the text is none of these.
 */
export function landedObjectsIn(body: string): LandedObject[] {
  const json: unknown = JSON.parse(body);
  const wrapped = envelope.safeParse(json);
  const event: unknown = wrapped.success ? JSON.parse(wrapped.data.Message) : json;
  if (testEvent.safeParse(event).success) return [];
  return records
    .parse(event)
    .Records.filter(({ eventName }) => eventName.includes('ObjectCreated:'))
    .map(({ eventTime, s3: { bucket, object } }) => ({
      bucket: bucket.name,
      // S3 writes keys as in a URL's query, where a space is a plus.
      key: decodeURIComponent(object.key.replaceAll('+', ' ')),
      etag: object.eTag,
      bytes: object.size,
      atMs: eventTime === undefined ? undefined : Date.parse(eventTime),
    }));
}
