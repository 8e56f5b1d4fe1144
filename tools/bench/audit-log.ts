import { z } from 'zod';
import { lineFormats, readEvent, stages, writeEvents, type EventFormat } from '#audit-log';
import { bufferOf, joined, seal, unseal } from '#contracts';
import { NetworkDatabase } from '#network';
import { AuditTraffic } from '#tools/local-google';

export type AuditLogFigures = {
  events: number;
  /** Mean size of an entry, and of the line that it becomes. */
  entryBytes: number;
  lineBytes: number;
  format: EventFormat;
  /** CPU-microseconds for one event, by stage; frames are of a batch of events. */
  microseconds: Record<string, number>;
};

export type BenchAuditLogOptions = {
  /** Entries to map; generated ones by default. */
  entries?: readonly Buffer[];
  events: number;
  format: EventFormat;
};

const generated = 5_000;
const batchEvents = 500;

/** Measures each stage by itself, over and over the same entries, after a warm-up. */
export async function benchAuditLog({
  events,
  format,
  ...given
}: BenchAuditLogOptions): Promise<AuditLogFigures> {
  const networks = await NetworkDatabase.bundled();
  const networkOf = (ip: string) => networks.lookup(ip);
  const traffic = new AuditTraffic({ seed: 1, tenant: 'acme', malformedShare: 0 });
  const entries = given.entries ?? Array.from({ length: generated }, () => traffic.next(Date.now()).data);
  const source = { tenantId: 'acme', connectionId: 'bench', receivedAtMs: Date.now() };
  const write = lineFormats[format];
  const received = await Promise.all(batchesOf(entries).map((batch) => seal('received', {}, batch)));
  /** For one event in frames that are worked on one after another; other threads' work counts, too. */
  const ofFrames = async <Item>(frames: readonly Item[], work: (frame: Item) => Promise<unknown>) => {
    const rounds = Math.max(1, Math.ceil(events / entries.length));
    const run = async (times: number) => {
      for (let round = 0; round < times; round += 1) for (const frame of frames) await work(frame);
    };
    await run(Math.ceil(rounds / 4));
    const before = process.cpuUsage();
    await run(rounds);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / (rounds * entries.length);
  };
  // Before all that keeps the entries in memory, where the garbage collector would meet them.
  const whole = await ofFrames(received, async (frame) => {
    const { payloads } = await unseal(frame, z.object({}));
    const sources = payloads.map((bytes) => ({ ...source, bytes }));
    const written = writeEvents(sources, { networkOf, format: write }).flatMap((one) =>
      'line' in one ? [one.line] : [],
    );
    return seal('partitioned', {}, [joined(written)]);
  });
  const understood = entries.flatMap((bytes) => {
    const read = readEvent({ ...source, bytes }, { networkOf });
    return 'event' in read ? [read.event] : [];
  });
  const lines = understood.map((event) => bufferOf(write(event)));
  const partitioned = batchesOf(lines);
  const each = <Item>(items: readonly Item[], work: (item: Item) => unknown) => perItem(items, events, work);
  const callers = understood.flatMap(({ activity: { origin } }) =>
    origin.isPublic && origin.ip !== undefined ? [origin.ip] : [],
  );
  const microseconds = {
    parse: each(entries, stages.parseEntry),
    redact: each(entries, stages.redact),
    'read who, what, where': each(understood, ({ entry }) => stages.readActivity(entry)),
    classify: each(understood, ({ entry }) => stages.classify(entry)),
    'event id': each(understood, ({ entry, bytes }) => stages.eventId('acme', entry, bytes)),
    'look up a network': callers.length === 0 ? 0 : each(callers, networkOf),
    [`write as ${format}`]: each(understood, write),
    'open a frame': await ofFrames(received, (frame) => unseal(frame, z.object({}))),
    'seal a frame': await ofFrames(partitioned, (batch) => seal('partitioned', {}, [joined(batch)])),
    'all of it': whole,
  };
  networks.close();
  return {
    events,
    entryBytes: mean(entries),
    lineBytes: mean(lines),
    format,
    microseconds,
  };
}

function batchesOf<Item>(items: readonly Item[]): Item[][] {
  return Array.from({ length: Math.ceil(items.length / batchEvents) }, (_, index) =>
    items.slice(index * batchEvents, (index + 1) * batchEvents),
  );
}

/** CPU-microseconds of one call, over at least so many of them. */
function perItem<Item>(items: readonly Item[], calls: number, work: (item: Item) => unknown): number {
  const rounds = Math.max(1, Math.ceil(calls / items.length));
  const run = (times: number) => {
    for (let round = 0; round < times; round += 1) for (const item of items) work(item);
  };
  run(Math.ceil(rounds / 10));
  const before = process.cpuUsage();
  run(rounds);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / (rounds * items.length);
}

function mean(all: readonly Buffer[]): number {
  return Math.round(all.reduce((sum, { length }) => sum + length, 0) / all.length);
}
