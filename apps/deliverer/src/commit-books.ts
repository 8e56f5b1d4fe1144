import { billedBytesOf, type Taken } from '#contracts';
import { billedShares } from './billed-shares.js';
import type { FirehoseRecord, Segment } from './pack-records.js';

/** What became of one segment: events by their end, and the lines that are still owed. */
export type Delivered = {
  delivered: number;
  quarantined: number;
  /** What Firehose bills for, also when it has to be offered again. */
  taken: Taken;
  owed: Segment | undefined;
  /** Firehose's last word was "Slow down.". */
  throttled: boolean;
  /** Firehose refuses even the quarantine's line: nothing but a person can help. */
  stuck: boolean;
};

type Fate = { owed: Buffer[]; owedLines: number; quarantinedLines: number; taken: Taken; stuck: boolean };

/** Remembers what a commit could not deliver, and what Firehose took; what is not owed was taken. */
export class CommitBooks {
  throttled = false;
  private readonly fates = new Map<Segment, Fate>();

  constructor(readonly giveUpAtMs: number) {}

  owe(records: readonly FirehoseRecord[]): void {
    for (const { slices } of records) {
      for (const { segment, bytes, lines } of slices) {
        const fate = this.fateOf(segment);
        fate.owed.push(bytes);
        fate.owedLines += lines;
      }
    }
  }

  /** Firehose took the record, and bills for it. */
  take({ slices, bytes: recordBytes }: FirehoseRecord): void {
    const shares = billedShares(
      slices.map(({ bytes }) => bytes.length),
      billedBytesOf(recordBytes),
    );
    slices.forEach(({ segment, bytes, lines }, index) => {
      this.charge(segment, { lines, bytes: bytes.length, billedBytes: shares[index] ?? 0 });
    });
  }

  charge(segment: Segment, { lines, bytes, billedBytes }: Taken): void {
    const { taken } = this.fateOf(segment);
    taken.lines += lines;
    taken.bytes += bytes;
    taken.billedBytes += billedBytes;
  }

  /** The record, of one line, stands in the quarantine now. */
  quarantine(record: FirehoseRecord): void {
    for (const { segment, lines } of record.slices) this.fateOf(segment).quarantinedLines += lines;
  }

  stick(record: FirehoseRecord): void {
    this.owe([record]);
    for (const { segment } of record.slices) this.fateOf(segment).stuck = true;
  }

  outcomeOf(segment: Segment): Delivered {
    const { owed, owedLines, quarantinedLines, taken, stuck } = this.fateOf(segment);
    const { throttled } = this;
    const rest = owedLines === 0 ? undefined : { ...segment, bytes: Buffer.concat(owed), lines: owedLines };
    if (segment.kind === 'quarantine') {
      // One event may span several lines, so it counts once all of them are taken.
      return { delivered: 0, quarantined: rest ? 0 : segment.events, taken, owed: rest, throttled, stuck };
    }
    return {
      delivered: segment.lines - owedLines - quarantinedLines,
      quarantined: quarantinedLines,
      taken,
      owed: rest && { ...rest, events: owedLines },
      throttled,
      stuck,
    };
  }

  private fateOf(segment: Segment): Fate {
    let fate = this.fates.get(segment);
    if (!fate) {
      const taken = { lines: 0, bytes: 0, billedBytes: 0 };
      this.fates.set(segment, (fate = { owed: [], owedLines: 0, quarantinedLines: 0, taken, stuck: false }));
    }
    return fate;
  }
}
