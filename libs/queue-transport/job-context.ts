import { BaseRpcContext } from '@nestjs/microservices';
import type { Job } from 'bullmq';

/** What a handler may know and do about its job besides its payload. */
export class JobContext extends BaseRpcContext<[Job]> {
  get jobId(): string {
    return this.getArgByIndex(0).id ?? '';
  }

  /** How often the job was taken up, this time included; crashes count. */
  get deliveries(): number {
    return this.getArgByIndex(0).attemptsStarted;
  }

  /** Replaces the payload durably, so that the next delivery of this job does only what is left. */
  async keep(payload: object): Promise<void> {
    await this.getArgByIndex(0).updateData(payload);
  }
}
