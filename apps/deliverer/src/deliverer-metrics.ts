import { Counter, type Registry } from 'prom-client';
import { billedBytesOf, billingStepBytes } from '#contracts';
import type { FirehoseRecord } from './pack-records.js';
import type { PutReport } from './put-report.js';

/** What the deliverer counts: what Firehose took, what it bills for it, and how it failed. */
export class DelivererMetrics {
  private readonly calls;
  private readonly recordsSent;
  private readonly recordsResent;
  private readonly recordsAccepted;
  private readonly bytes;
  private readonly billedBytes;
  private readonly billedUnits;
  private readonly lines;
  private readonly failures;

  constructor(registry: Registry) {
    const counter = <Label extends string>(name: string, help: string, ...labelNames: Label[]) =>
      new Counter({ name: `floodgate_deliverer_${name}`, help, labelNames, registers: [registry] });
    this.calls = counter('calls_total', 'PutRecordBatch calls, by how they ended.', 'stream', 'result');
    this.recordsSent = counter(
      'records_sent_total',
      'Records offered to Firehose, repeats included.',
      'stream',
    );
    this.recordsResent = counter(
      'records_resent_total',
      'Records offered again because they were owed.',
      'stream',
    );
    this.recordsAccepted = counter('records_accepted_total', 'Records that Firehose took.', 'stream');
    this.bytes = counter('bytes_total', 'Bytes of records that Firehose took.', 'stream');
    this.billedBytes = counter(
      'billed_bytes_total',
      'The same bytes as billed: in steps of 5 KiB a record.',
      'stream',
    );
    this.billedUnits = counter(
      'billed_units_total',
      'Units of 5 KiB that Firehose bills, by tenant.',
      'tenant',
    );
    this.lines = counter('lines_total', 'Lines that Firehose took, by tenant.', 'tenant', 'kind');
    this.failures = counter(
      'record_failures_total',
      'Records refused inside an answer, by error code.',
      'stream',
      'code',
    );
  }

  called(
    stream: string,
    records: readonly FirehoseRecord[],
    report: Exclude<PutReport, { kind: 'closed' }>,
    isRepeat: boolean,
  ): void {
    const result = report.kind === 'answered' && report.owed.length > 0 ? 'partly' : report.kind;
    this.calls.inc({ stream, result });
    this.recordsSent.inc({ stream }, records.length);
    if (isRepeat) this.recordsResent.inc({ stream }, records.length);
    if (report.kind !== 'answered') return;
    const owed = new Set(report.owed);
    records.forEach((record, position) => {
      if (!owed.has(position)) this.accepted(stream, record);
    });
    for (const code of report.codes) this.failures.inc({ stream, code });
  }

  private accepted(stream: string, record: FirehoseRecord): void {
    const segment = record.slices[0]?.segment;
    this.recordsAccepted.inc({ stream });
    this.bytes.inc({ stream }, record.bytes);
    const billedBytes = billedBytesOf(record.bytes);
    this.billedBytes.inc({ stream }, billedBytes);
    if (!segment) return;
    const { tenantId: tenant, kind } = segment;
    this.billedUnits.inc({ tenant }, billedBytes / billingStepBytes);
    this.lines.inc({ tenant, kind }, record.lines);
  }
}
