import { setTimeout as wait } from 'node:timers/promises';
import {
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  SQSClient,
  type Message,
} from '@aws-sdk/client-sqs';
import { Logger } from '@nestjs/common';
import { landedObjectsIn } from './landed-event.js';
import type { LandedObjects } from './landed-objects.js';
import type { MonitorMetrics } from './monitor-metrics.js';

const retryAfterMs = 2_000;

/** Hears of S3 objects by long polling, and counts them. A message is deleted after it was counted. */
export class LandedQueue {
  private readonly logger = new Logger(LandedQueue.name);
  private readonly sqs = new SQSClient({});
  private readonly stopping = new AbortController();
  private reading: Promise<void> | undefined;

  constructor(
    private readonly queueUrl: string | undefined,
    private readonly landed: LandedObjects,
    private readonly metrics: MonitorMetrics,
  ) {}

  /** Without a queue there is nothing to hear. */
  start(): void {
    if (this.queueUrl !== undefined) this.reading = this.read();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.reading;
    this.sqs.destroy();
  }

  private async read(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      try {
        await this.take(signal);
      } catch (error) {
        if (signal.aborted) return;
        this.metrics.landedQueueErrors.inc();
        this.logger.warn(`Landed objects are not heard of, trying again: ${String(error)}`);
        await wait(retryAfterMs, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  private async take(signal: AbortSignal): Promise<void> {
    const command = new ReceiveMessageCommand({
      QueueUrl: this.queueUrl,
      MaxNumberOfMessages: 10,
      WaitTimeSeconds: 20,
    });
    const { Messages = [] } = await this.sqs.send(command, { abortSignal: signal });
    if (Messages.length === 0) return;
    for (const message of Messages) await this.count(message);
    const Entries = Messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
    await this.sqs.send(new DeleteMessageBatchCommand({ QueueUrl: this.queueUrl, Entries }));
  }

  private async count({ Body = '', MessageId }: Message): Promise<void> {
    let objects;
    try {
      objects = landedObjectsIn(Body);
    } catch (error) {
      // It would be as strange the next time; what it told of is in the bucket all the same.
      this.metrics.landedMessages.inc({ outcome: 'unreadable' });
      this.logger.warn(`Message ${MessageId ?? ''} of the landed queue is not S3's: ${String(error)}`);
      return;
    }
    for (const object of objects) {
      const outcome = await this.landed.add(object, Date.now());
      this.metrics.heard(object, outcome);
      if (outcome === 'misplaced')
        this.logger.error(`${object.bucket}/${object.key} landed outside every tenant's prefix.`);
    }
  }
}
