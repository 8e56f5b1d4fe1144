import { randomUUID } from 'node:crypto';
import { receivedBatch, seal, type ReceivedHeader } from '#contracts';
import { JobPublisher } from '#queue-transport';
import { requestSource, type LoadOptions } from '#tools/loadgen';
import { tenantName } from './drive.js';

/** As many as the receiver's batches have when it is busy. */
const eventsPerBatch = 400;

/**
 * Puts events into `received` in batches like the receiver's, without pushing them: a backlog of millions in
 * minutes. They are events of their own as long as `seed` is, of these targets by their weights.
 */
export async function layBacklog(
  redisUrl: string,
  targets: LoadOptions['targets'],
  events: number,
  seed: number,
): Promise<void> {
  const publisher = new JobPublisher({ redisUrl, shards: 1, deadlineMs: 10_000, onError: console.error });
  const weighed = targets.map((target) => ({ ...target, weight: target.weight ?? 1 }));
  const source = requestSource({ targets: weighed, host: '127.0.0.1', seed });
  const into = Buffer.alloc(source.maxBytes);
  const connections = targets.map(({ path }, index) => ({
    id: path.slice(path.lastIndexOf('/') + 1),
    tenantId: tenantName(index + 1),
  }));
  const indexOf = new Map(targets.map(({ path }, index) => [path, index]));
  try {
    await publisher.connected();
    for (let left = events; left > 0; left -= eventsPerBatch) {
      const described: ReceivedHeader['events'] = [];
      const payloads: Buffer[] = [];
      for (let event = 0; event < Math.min(left, eventsPerBatch); event += 1) {
        const { path, messageId, publishTime, payload } = readRequest(source.next(into));
        described.push({ c: indexOf.get(path) ?? NaN, messageId, publishTime, receivedAtMs: Date.now() });
        payloads.push(payload);
      }
      const header: ReceivedHeader = { connections, events: described };
      await publisher.publish(receivedBatch, await seal(randomUUID(), header, payloads));
    }
  } finally {
    publisher.close();
  }
}

function readRequest(request: Buffer) {
  const { message } = JSON.parse(request.toString('utf8', request.indexOf('\r\n\r\n') + 4)) as {
    message: { data: string; messageId: string; publishTime: string };
  };
  const { data, messageId, publishTime } = message;
  const pathAt = 'POST '.length;
  const path = request.toString('latin1', pathAt, request.indexOf(' ', pathAt));
  return { path, messageId, publishTime, payload: Buffer.from(data, 'base64') };
}
