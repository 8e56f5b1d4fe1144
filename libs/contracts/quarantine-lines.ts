import { hash } from 'node:crypto';
import type { QuarantineLine, QuarantineReason } from './quarantine.js';

/** Bytes of the original in one line: in base64 and with its envelope it stays below a record's limit. */
const maxPartBytes = 720_000;

export type QuarantinedEvent = {
  tenantId: string;
  connectionId: string;
  messageId: string;
  receivedAtMs: number;
  reason: QuarantineReason;
  /** The original, as it came. */
  bytes: Buffer;
};

/** Writes an event that cannot be understood as newline-ended lines; large originals span several. */
export function quarantineLines(event: QuarantinedEvent): Buffer[] {
  const { tenantId, connectionId, messageId, receivedAtMs, reason, bytes } = event;
  const id = hash(
    'sha256',
    JSON.stringify([connectionId, messageId, receivedAtMs, hash('sha256', bytes, 'hex')]),
  );
  const parts = Math.max(1, Math.ceil(bytes.length / maxPartBytes));
  return Array.from({ length: parts }, (_, index) => {
    const line: QuarantineLine = {
      kind: 'quarantine',
      tenant_id: tenantId,
      connection_id: connectionId,
      quarantine_id: id.slice(0, 32),
      message_id: messageId,
      received_at: new Date(receivedAtMs).toISOString(),
      reason,
      part: index + 1,
      parts,
      data_base64: bytes.subarray(index * maxPartBytes, (index + 1) * maxPartBytes).toString('base64'),
    };
    return Buffer.from(`${JSON.stringify(line)}\n`);
  });
}
