import { ResourceNotFoundException } from '@aws-sdk/client-firehose';
import { PermanentError } from '#contracts';
import type { FirehoseRecord } from './pack-records.js';
import type { PutReport } from './put-report.js';
import type { RecordSink } from './stream-delivery.js';
import type { TenantStream } from './tenant-stream.js';
import type { TenantStreams } from './tenant-streams.js';

/** The way to one tenant's stream, on which nobody else's lines ever go. */
export class TenantSink implements RecordSink {
  constructor(
    private readonly sink: RecordSink,
    private readonly streams: TenantStreams,
    private readonly stream: TenantStream,
  ) {}

  /** @throws PermanentError `foreign_lines` before anything is sent */
  async put(name: string, records: readonly FirehoseRecord[]): Promise<PutReport> {
    assertOwn(this.stream, records);
    if (!(await this.streams.isOpen(this.stream))) return { kind: 'closed' };
    const report = await this.sink.put(name, records);
    if (report.kind === 'failed' && report.cause instanceof ResourceNotFoundException) {
      await this.streams.forget(this.stream);
      return { kind: 'closed' };
    }
    return report;
  }
}

/** @throws PermanentError `foreign_lines` when a line is another tenant's, or of another kind. */
export function assertOwn(stream: TenantStream, records: readonly FirehoseRecord[]): void {
  for (const { slices } of records) {
    for (const { segment } of slices) {
      if (segment.tenantId !== stream.tenantId || segment.kind !== stream.kind) {
        throw new PermanentError('foreign_lines', `${stream.name} was given lines of ${segment.tenantId}`);
      }
    }
  }
}
