import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { z } from 'zod';

/** A call as it came over the wire. */
export type Put = { stream: string; records: Buffer[] };

/** What becomes of a call: positions that fail in a 200, an error of the whole, or silence after taking it. */
export type Reply = { failed: number[]; code?: string } | { error: string; status: number } | 'silence';

export const taken: Reply = { failed: [] };
export const slowDown: Reply = { error: 'ServiceUnavailableException', status: 500 };
export const internalFailure: Reply = { error: 'InternalFailure', status: 500 };
export const invalid: Reply = { error: 'InvalidArgumentException', status: 400 };

const putRecordBatch = z.object({
  DeliveryStreamName: z.string(),
  Records: z.array(z.object({ Data: z.base64().transform((data) => Buffer.from(data, 'base64')) })).min(1),
});

/** PutRecordBatch on the wire, answered as each test says; it keeps what was offered and what was taken. */
export class ScriptedFirehose {
  readonly calls: { put: Put; taken: Buffer[] }[] = [];
  /** Decides each call; tests set it. */
  script: (put: Put) => Reply | Promise<Reply> = () => taken;
  private readonly server = createServer((request, response) => {
    void this.answer(request).then((reply) => {
      // The caller's own time-out ends a silent call.
      if (!reply) return;
      response.writeHead(reply.status, { 'content-type': 'application/x-amz-json-1.1' });
      response.end(JSON.stringify(reply.body));
    });
  });

  /** Resolves with its address. */
  async start(): Promise<string> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return `http://127.0.0.1:${String((this.server.address() as AddressInfo).port)}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  reset(): void {
    this.calls.length = 0;
    this.script = () => taken;
  }

  /** How often each line was offered to a stream, or taken from it. */
  lines(which: 'offered' | 'taken', stream?: string): Map<string, number> {
    const counts = new Map<string, number>();
    for (const call of this.calls) {
      if (stream !== undefined && call.put.stream !== stream) continue;
      for (const record of which === 'taken' ? call.taken : call.put.records) {
        for (const line of linesOf(record)) counts.set(line, (counts.get(line) ?? 0) + 1);
      }
    }
    return counts;
  }

  private async answer(request: IncomingMessage): Promise<{ status: number; body: object } | undefined> {
    const { DeliveryStreamName, Records } = putRecordBatch.parse(await json(request));
    const put = { stream: DeliveryStreamName, records: Records.map(({ Data }) => Data) };
    const call = { put, taken: [] as Buffer[] };
    this.calls.push(call);
    const reply = await this.script(put);
    if (reply === 'silence') {
      call.taken = put.records;
      return undefined;
    }
    if ('error' in reply) return { status: reply.status, body: { __type: reply.error, message: 'scripted' } };
    const { failed, code = 'ServiceUnavailableException' } = reply;
    call.taken = put.records.filter((_, position) => !failed.includes(position));
    const RequestResponses = put.records.map((_, position) =>
      failed.includes(position)
        ? { ErrorCode: code, ErrorMessage: 'scripted' }
        : { RecordId: String(position) },
    );
    return { status: 200, body: { FailedPutCount: failed.length, Encrypted: false, RequestResponses } };
  }
}

/** A record's lines, without their newlines. */
export function linesOf(record: Buffer): string[] {
  return record.toString().split('\n').slice(0, -1);
}
