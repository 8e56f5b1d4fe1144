import { randomUUID } from 'node:crypto';
import { originalEntry, seal, type QuarantineLine, type SealedFrame } from '#contracts';

/** A quarantined message, put together again from its lines. */
export type QuarantinedMessage = {
  id: string;
  tenantId: string;
  connectionId: string;
  receivedAt: string;
  reason: string;
  bytes: Buffer;
};

const maxBatchBytes = 2 * 1024 ** 2;
const maxBatchEvents = 500;

/** Puts lines together by their id; a message whose parts are not all there is left out. */
export function eventsIn(lines: readonly QuarantineLine[]): QuarantinedMessage[] {
  const byId = Map.groupBy(lines, ({ quarantine_id }) => quarantine_id);
  return [...byId.values()].flatMap((all) => {
    const parts = new Map(all.map((line) => [line.part, line]));
    const [first] = all;
    if (!first || parts.size !== first.parts) return [];
    const ordered = [...parts].sort(([a], [b]) => a - b).map(([, line]) => line);
    const bytes = Buffer.concat(ordered.map(({ data_base64 }) => Buffer.from(data_base64, 'base64')));
    return [
      {
        id: first.quarantine_id,
        tenantId: first.tenant_id,
        connectionId: first.connection_id,
        receivedAt: first.received_at,
        reason: first.reason,
        bytes: first.reason === 'refused_by_sink' ? originalOf(bytes) : bytes,
      },
    ];
  });
}

/** Refused by the receiver: the bytes are the whole request, and hold no message that could be sent on. */
const requests = new Set(['not_a_push', 'bad_base64', 'body_too_large', 'empty']);

/** Whether the message can be sent through again. */
export function isReplayable({ reason }: QuarantinedMessage): boolean {
  return !requests.has(reason);
}

/** What Firehose refused is kept as the line that it refused; the entry in it is the original. */
function originalOf(line: Buffer): Buffer {
  const entry = originalEntry(line.toString('latin1'));
  return entry === undefined ? line : Buffer.from(entry, 'latin1');
}

/**
 * Makes received batches of messages. A message's id is that of its quarantine, so that replaying it
 * again within the duplicate window changes nothing.
 */
export async function replayBatches(
  messages: readonly QuarantinedMessage[],
  nowMs: number,
): Promise<SealedFrame[]> {
  const batches: QuarantinedMessage[][] = [];
  let [open, bytes]: [QuarantinedMessage[], number] = [[], 0];
  for (const message of messages) {
    if (open.length === 0 || open.length >= maxBatchEvents || bytes + message.bytes.length > maxBatchBytes) {
      [open, bytes] = [[], 0];
      batches.push(open);
    }
    open.push(message);
    bytes += message.bytes.length;
  }
  return Promise.all(batches.map((batch) => sealed(batch, nowMs)));
}

function sealed(batch: readonly QuarantinedMessage[], nowMs: number): Promise<SealedFrame> {
  const connections = [...new Map(batch.map((one) => [one.connectionId, one.tenantId]))];
  const header = {
    connections: connections.map(([id, tenantId]) => ({ id, tenantId })),
    events: batch.map(({ id, connectionId, receivedAt }) => ({
      c: connections.findIndex(([known]) => known === connectionId),
      messageId: `replay-${id}`,
      publishTime: receivedAt,
      receivedAtMs: nowMs,
    })),
  };
  return seal(
    randomUUID(),
    header,
    batch.map(({ bytes }) => bytes),
  );
}
