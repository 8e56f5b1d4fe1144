import { setTimeout as wait } from 'node:timers/promises';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import type { ObjectBody } from './object-body.js';

export type ObjectWriterOptions = {
  /** Where S3 and SNS answer; the SDK's own settings when absent. */
  endpoint?: string;
  /** Topic that is told of each object, as S3's bucket notification would. */
  topicArn?: string;
  region: string;
};

/** Writes objects and announces them; a store that is away is tried again until `closing`. */
export class ObjectWriter {
  private readonly s3: S3Client;
  private readonly sns: SNSClient;
  private sequence = Date.now();

  constructor(
    private readonly options: ObjectWriterOptions,
    private readonly closing: AbortSignal,
  ) {
    const client = {
      region: options.region,
      ...(options.endpoint === undefined ? {} : { endpoint: options.endpoint }),
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    };
    this.s3 = new S3Client({
      ...client,
      forcePathStyle: true,
      requestChecksumCalculation: 'WHEN_REQUIRED',
    });
    this.sns = new SNSClient(client);
  }

  /** Resolves once the object is stored and announced. @throws only after `closing` */
  async write(bucket: string, key: string, body: ObjectBody): Promise<void> {
    const bytes = await body.finish();
    const { ETag } = await this.untilDone(() =>
      this.s3.send(
        new PutObjectCommand({
          Bucket: bucket,
          Key: key,
          Body: bytes,
          ContentType: 'application/octet-stream',
          ...(body.isGzip ? { ContentEncoding: 'gzip' } : {}),
        }),
      ),
    );
    const { topicArn, region } = this.options;
    if (topicArn === undefined) return;
    const message = s3Event({
      bucket,
      key,
      size: bytes.length,
      eTag: ETag ?? '',
      region,
      sequencer: (this.sequence += 1),
    });
    await this.untilDone(() =>
      this.sns.send(
        new PublishCommand({
          TopicArn: topicArn,
          Subject: 'Amazon S3 Notification',
          Message: JSON.stringify(message),
        }),
      ),
    );
  }

  close(): void {
    this.s3.destroy();
    this.sns.destroy();
  }

  private async untilDone<Answer>(attempt: () => Promise<Answer>): Promise<Answer> {
    for (let failures = 0; ; failures += 1) {
      try {
        return await attempt();
      } catch (error) {
        if (this.closing.aborted && failures > 3) throw error;
        await wait(Math.min(5_000, 50 * 2 ** failures));
      }
    }
  }
}

type Landed = { bucket: string; key: string; size: number; eTag: string; region: string; sequencer: number };

/** S3's event record; the key is form-encoded in it. */
function s3Event({ bucket, key, size, eTag, region, sequencer }: Landed) {
  return {
    Records: [
      {
        eventVersion: '2.5',
        eventSource: 'aws:s3',
        awsRegion: region,
        eventTime: new Date().toISOString(),
        eventName: 'ObjectCreated:Put',
        userIdentity: { principalId: 'AWS:local-firehose' },
        requestParameters: { sourceIPAddress: '127.0.0.1' },
        responseElements: { 'x-amz-request-id': 'local', 'x-amz-id-2': 'local' },
        s3: {
          s3SchemaVersion: '1.0',
          configurationId: 'floodgate',
          bucket: { name: bucket, ownerIdentity: { principalId: 'local' }, arn: `arn:aws:s3:::${bucket}` },
          object: {
            key: encodeURIComponent(key).replaceAll('%20', '+').replaceAll('%2F', '/'),
            size,
            eTag: eTag.replaceAll('"', ''),
            sequencer: sequencer.toString(16).toUpperCase().padStart(18, '0'),
          },
        },
      },
    ],
  };
}
