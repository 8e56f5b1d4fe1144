import { setTimeout as wait } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { DeleteMessageBatchCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { z } from 'zod';

export type LandedObject = { bucket: string; key: string; lines: string[] };

const s3Event = z.object({
  Records: z.array(
    z.object({
      s3: z.object({ bucket: z.object({ name: z.string() }), object: z.object({ key: z.string() }) }),
    }),
  ),
});
const envelope = z.object({ Message: z.string() });

/**
 * Reads landed objects as a detection engine would: told by SQS, fetched from S3, once each. A message
 * is deleted after its objects were handed on, so a reader that dies loses none.
 */
export async function* landedObjects(queueUrl: string, signal: AbortSignal): AsyncGenerator<LandedObject> {
  // A queue's own host may be one that no resolver knows, as that of the local AWS.
  const sqs = new SQSClient({ useQueueUrlAsEndpoint: false });
  const s3 = new S3Client({ forcePathStyle: true });
  const seen = new Set<string>();
  try {
    while (!signal.aborted) {
      const messages = await receive(sqs, queueUrl, signal);
      for (const { Body = '' } of messages) {
        for (const { bucket, key } of objectsIn(Body)) {
          if (seen.has(`${bucket}/${key}`)) continue;
          seen.add(`${bucket}/${key}`);
          yield { bucket, key, lines: await readLines(s3, bucket, key) };
        }
      }
      if (messages.length === 0) continue;
      const Entries = messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
      await sqs.send(new DeleteMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
    }
  } finally {
    sqs.destroy();
    s3.destroy();
  }
}

async function receive(sqs: SQSClient, queueUrl: string, signal: AbortSignal) {
  try {
    const command = new ReceiveMessageCommand({
      QueueUrl: queueUrl,
      MaxNumberOfMessages: 10,
      WaitTimeSeconds: 5,
    });
    const { Messages = [] } = await sqs.send(command, { abortSignal: signal });
    return Messages;
  } catch (error) {
    if (signal.aborted) return [];
    if (error instanceof Error && error.name === 'QueueDoesNotExist') throw error;
    await wait(500);
    return [];
  }
}

/** S3's event, in SNS's envelope or raw; the s3:TestEvent holds none. */
function objectsIn(body: string): { bucket: string; key: string }[] {
  const json: unknown = JSON.parse(body);
  const wrapped = envelope.safeParse(json);
  const event = s3Event.safeParse(wrapped.success ? JSON.parse(wrapped.data.Message) : json);
  if (!event.success) return [];
  return event.data.Records.map(({ s3 }) => ({
    bucket: s3.bucket.name,
    key: decodeURIComponent(s3.object.key.replaceAll('+', ' ')),
  }));
}

async function readLines(s3: S3Client, bucket: string, key: string): Promise<string[]> {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  const bytes = Buffer.from((await Body?.transformToByteArray()) ?? []);
  const text = (key.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString();
  return text.split('\n').filter((line) => line !== '');
}
