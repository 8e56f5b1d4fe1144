import { setTimeout as wait } from 'node:timers/promises';
import { GroupCommit } from '#group-commit';
import { CommitBooks, type Delivered } from './commit-books.js';
import type { DelivererMetrics } from './deliverer-metrics.js';
import { halve, packRecords, type FirehoseRecord, type RecordLimits, type Segment } from './pack-records.js';
import { nextWindow, retryDelayMs } from './pace.js';
import { planCalls } from './plan-calls.js';
import type { PutReport } from './put-report.js';
import { quarantineSegment } from './quarantine-segment.js';

/** Takes one call's records; failures are part of the report. */
export type RecordSink = {
  put(stream: string, records: readonly FirehoseRecord[]): Promise<PutReport>;
};

/** What a stream's records may hold, and what is made of them before they go. */
export type RecordShape = {
  limits: RecordLimits;
  encode: (records: readonly FirehoseRecord[]) => Promise<FirehoseRecord[]> | readonly FirehoseRecord[];
};

export type StreamDeliveryOptions = {
  stream: string;
  /** What the metrics call it. */
  label: string;
  shape: RecordShape;
  maxBytes: number;
  lingerMs: number;
  callsInFlight: number;
  retryInPlaceMs: number;
};

/** One stream's lane: packs the segments of many jobs, puts them, and sends only what is owed again. */
export class StreamDelivery {
  private readonly group: GroupCommit<Segment, Delivered>;
  private window: number;
  private inFlight = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(
    private readonly sink: RecordSink,
    private readonly metrics: DelivererMetrics,
    private readonly options: StreamDeliveryOptions,
  ) {
    this.window = options.callsInFlight;
    this.group = new GroupCommit((segments) => this.commit(segments), {
      maxItems: 100_000,
      maxBytes: options.maxBytes,
      lingerMs: options.lingerMs,
      maxInFlight: 2,
    });
  }

  /** Resolves when Firehose has taken the segment's lines, or enough was tried for now. */
  deliver(segment: Segment): Promise<Delivered> {
    return this.group.add(segment, segment.bytes.length);
  }

  private async commit(segments: Segment[]): Promise<Delivered[]> {
    const books = new CommitBooks(performance.now() + this.options.retryInPlaceMs);
    const calls = planCalls(await this.pack(segments));
    await Promise.all(calls.map((records) => this.put(records, books)));
    return segments.map((segment) => books.outcomeOf(segment));
  }

  private pack(segments: readonly Segment[]) {
    const { limits, encode } = this.options.shape;
    return encode(packRecords(segments, limits));
  }

  /** Puts records until all are taken, refused for good, or the time for trying in place is over. */
  private async put(records: FirehoseRecord[], books: CommitBooks): Promise<void> {
    let left = records;
    for (let failures = 0; left.length > 0; failures += 1) {
      if (failures > 0) {
        const delayMs = retryDelayMs(failures, Math.random());
        if (performance.now() + delayMs > books.giveUpAtMs) {
          books.owe(left);
          return;
        }
        await wait(delayMs);
      }
      const report = await this.call(left, failures > 0);
      if (report.kind === 'refused') {
        await this.bisect(left, books);
        return;
      }
      if (report.kind === 'closed') {
        books.owe(left);
        return;
      }
      books.throttled = report.throttled;
      if (report.kind === 'answered') {
        const owed = new Set(report.owed);
        for (const record of left.filter((_, position) => !owed.has(position))) books.take(record);
        left = left.filter((_, position) => owed.has(position));
      }
    }
  }

  /** One call, as soon as the stream's window has room for it. */
  private async call(records: FirehoseRecord[], isRepeat: boolean): Promise<PutReport> {
    const { stream, label, callsInFlight } = this.options;
    while (this.inFlight >= this.window) await new Promise<void>((resolve) => this.waiting.push(resolve));
    this.inFlight += 1;
    try {
      const report = await this.sink.put(stream, records);
      if (report.kind === 'closed') return report;
      this.window = nextWindow(this.window, report.kind !== 'refused' && report.throttled, callsInFlight);
      this.metrics.called(label, records, report, isRepeat);
      return report;
    } finally {
      this.inFlight -= 1;
      for (const resolve of this.waiting.splice(0)) resolve();
    }
  }

  /** Halves what Firehose calls invalid, down to the line that is, which goes to quarantine. */
  private async bisect(records: FirehoseRecord[], books: CommitBooks): Promise<void> {
    const [record] = records;
    if (!record) return;
    const middle = Math.floor(records.length / 2);
    const halves =
      records.length > 1
        ? [records.slice(0, middle), records.slice(middle)]
        : halve(record)?.map((half) => [half]);
    if (halves) {
      for (const half of halves) await this.put([...(await this.options.shape.encode(half))], books);
      return;
    }
    const replacement = quarantineSegment(record);
    if (!replacement) {
      books.stick(record);
      return;
    }
    const own = new CommitBooks(books.giveUpAtMs);
    await this.put([...(await this.pack([replacement]))], own);
    const { owed, taken, stuck } = own.outcomeOf(replacement);
    for (const { segment } of record.slices) books.charge(segment, taken);
    if (stuck) books.stick(record);
    else if (owed) books.owe([record]);
    else books.quarantine(record);
  }
}
