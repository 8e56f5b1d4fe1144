import { FirehoseClient, PutRecordBatchCommand } from '@aws-sdk/client-firehose';
import type { OnApplicationShutdown } from '@nestjs/common';
import { ScratchPool } from '#contracts';
import type { FirehoseRecord } from './pack-records.js';
import { putBody } from './put-body.js';
import type { RecordSink } from './stream-delivery.js';
import { answeredReport, failedReport, type PutReport } from './put-report.js';

/** The AWS side of a put. The SDK's own retries are off: it repeats whole calls, and far too fast. */
export class FirehoseSink implements RecordSink, OnApplicationShutdown {
  readonly client: FirehoseClient;
  private readonly bodies = new ScratchPool(8);

  constructor(options: { callTimeoutMs: number; maxSockets: number }) {
    this.client = new FirehoseClient({
      maxAttempts: 1,
      requestHandler: {
        connectionTimeout: 5_000,
        requestTimeout: options.callTimeoutMs,
        throwOnRequestTimeout: true,
        httpAgent: { keepAlive: true, maxSockets: options.maxSockets },
        httpsAgent: { keepAlive: true, maxSockets: options.maxSockets },
      },
    });
  }

  /** Puts one call's records; failures are part of the report, so this never rejects. */
  async put(stream: string, records: readonly FirehoseRecord[]): Promise<PutReport> {
    try {
      const command = new PutRecordBatchCommand({ DeliveryStreamName: stream, Records: [] });
      let memory: Buffer | undefined;
      const body = putBody(stream, records, (bytes) => (memory = this.bodies.take(bytes)));
      command.middlewareStack.add(
        (next) => (args) => next({ ...args, request: withBody(args.request, body) }),
        {
          step: 'build',
          priority: 'high',
        },
      );
      const answer = await this.client.send(command);
      // After any other end the body may still be on its way.
      if (memory) this.bodies.give(memory);
      return answeredReport(answer, records.length);
    } catch (error) {
      return failedReport(error);
    }
  }

  onApplicationShutdown(): void {
    this.client.destroy();
  }
}

/** The SDK's request, before it is measured and signed. */
function withBody(request: unknown, body: Buffer): object {
  return Object.assign(request as object, { body });
}
