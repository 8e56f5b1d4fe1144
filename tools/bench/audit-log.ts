import { constants, zstdCompressSync } from 'node:zlib';
import { lineFormats, readEvent, stages, type EventFormat } from '#audit-log';
import { NetworkDatabase, bundledNetworkDatabase } from '#network';
import { AuditTraffic } from '#tools/local-google';

export type AuditLogFigures = {
  events: number;
  /** Mean size of an entry, and of the line that it becomes. */
  entryBytes: number;
  lineBytes: number;
  format: EventFormat;
  /** CPU-microseconds for one event, by stage; compression is of a batch of lines. */
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
  const networks = await NetworkDatabase.open([bundledNetworkDatabase() ?? []].flat(), {
    onState: () => undefined,
  });
  const networkOf = (ip: string) => networks.lookup(ip);
  const traffic = new AuditTraffic({ seed: 1, tenant: 'acme', malformedShare: 0 });
  const entries = given.entries ?? Array.from({ length: generated }, () => traffic.next(Date.now()).data);
  const source = { tenantId: 'acme', connectionId: 'bench', receivedAtMs: Date.now() };
  const write = lineFormats[format];
  const understood = entries.flatMap((bytes) => {
    const read = readEvent({ ...source, bytes }, { networkOf });
    return 'event' in read ? [read.event] : [];
  });
  const lines = understood.map(write);
  const batches = Array.from({ length: Math.ceil(lines.length / batchEvents) }, (_, index) =>
    Buffer.concat(lines.slice(index * batchEvents, (index + 1) * batchEvents)),
  );
  const each = <Item>(items: readonly Item[], work: (item: Item) => unknown) => perItem(items, events, work);
  const callers = understood.flatMap(({ activity: { origin } }) =>
    origin.isPublic && origin.ip !== undefined ? [origin.ip] : [],
  );
  const mapped = each(understood, stages.map[format]);
  const microseconds = {
    parse: each(entries, stages.parseEntry),
    redact: each(entries, stages.redact),
    'read who, what, where': each(understood, ({ entry }) => stages.readActivity(entry)),
    classify: each(understood, ({ entry }) => stages.classify(entry)),
    'event id': each(understood, ({ entry, bytes }) => stages.eventId('acme', entry, bytes)),
    'look up a network': callers.length === 0 ? 0 : each(callers, networkOf),
    [`map to ${format}`]: mapped,
    serialise: each(understood, write) - mapped,
    compress: (perItem(batches, Math.ceil(events / batchEvents), compress) * batches.length) / lines.length,
    'all but compression': each(entries, (bytes) => {
      const read = readEvent({ ...source, bytes }, { networkOf });
      return 'event' in read ? write(read.event) : undefined;
    }),
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

const compress = (bytes: Buffer) =>
  zstdCompressSync(bytes, { params: { [constants.ZSTD_c_compressionLevel]: 1 } });

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
