import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { ZodError } from 'zod';
import { AwsError } from './aws-error.js';
import { parseCall } from './call-body.js';
import { CallMemories } from './call-memory.js';
import { ControlPlane, type ControlPlaneOptions } from './control-plane.js';
import type { BufferingOverride } from './delivery-stream.js';
import { FaultPlan, type FaultsInput } from './faults.js';
import { ObjectWriter, type ObjectWriterOptions } from './object-writer.js';
import { Operations, Silence } from './operations.js';
import type { StreamStats } from './stats.js';

export type LocalFirehoseOptions = Partial<ObjectWriterOptions> & {
  port?: number;
  host?: string;
  /** Flushes sooner than the streams' own hints say, which validation still holds them to. */
  buffering?: BufferingOverride;
  /** Streams are active at once, and looked at as often as one likes, without it. */
  control?: ControlPlaneOptions;
};

export type LocalFirehose = {
  readonly url: string;
  readonly port: number;
  /** Writes all that is buffered and resolves when it is stored and announced. */
  flush(): Promise<void>;
  stats(): Record<string, StreamStats>;
  setFaults(faults: FaultsInput): void;
  /** From now on hears the records that each call had accepted; their memory goes to the next call. */
  onAccepted(listener: (records: readonly Buffer[]) => void): void;
  /** Flushes and ends. */
  stop(): Promise<void>;
};

/** With Node's 64 KiB it stops and starts the socket eighty times in a call. */
const readAheadBytes = 1024 * 1024;
const targetPrefix = 'Firehose_20150804.';

/** Amazon Data Firehose on this machine: any SDK talks to it by `AWS_ENDPOINT_URL_FIREHOSE`. */
export async function startLocalFirehose(options: LocalFirehoseOptions = {}): Promise<LocalFirehose> {
  const { region = 'us-east-1', host = '127.0.0.1', port = 0, buffering = {}, control = {} } = options;
  const closing = new AbortController();
  const writer = new ObjectWriter({ ...options, region }, closing.signal);
  const faults = new FaultPlan();
  const memories = new CallMemories();
  const operations = new Operations(writer, faults, buffering, new ControlPlane(control), region);
  const stats = () => Object.fromEntries(operations.stats);

  const admin: Record<string, (body: () => Promise<unknown>) => unknown> = {
    'GET /_admin/faults': () => faults.get(),
    'PUT /_admin/faults': async (body) => faults.set(await body()),
    'DELETE /_admin/faults': () => faults.set({}),
    'GET /_admin/stats': stats,
    'POST /_admin/flush': async () => {
      await operations.flush();
      return stats();
    },
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const handle = admin[`${request.method ?? ''} ${request.url ?? ''}`];
    if (handle) {
      send(response, 200, (await handle(() => json(request))) as object);
      return;
    }
    const target = String(request.headers['x-amz-target'] ?? '');
    if (request.method !== 'POST' || !target.startsWith(targetPrefix)) {
      throw new AwsError('UnknownOperationException', 'there is no such operation');
    }
    if (request.headers.authorization?.startsWith('AWS4-HMAC-SHA256 ') !== true) {
      throw new AwsError('MissingAuthenticationTokenException', 'Missing Authentication Token');
    }
    const { body, room, release } = await memories.read(request);
    const uses: Promise<void>[] = [];
    try {
      const operation = target.slice(targetPrefix.length);
      send(response, 200, await operations.run(operation, parseCall(body, room), (use) => uses.push(use)));
    } finally {
      void Promise.all(uses).finally(release);
    }
  }

  const server = createServer({ highWaterMark: readAheadBytes }, (request, response) => {
    answer(request, response).catch((error: unknown) => {
      if (error instanceof Silence) {
        setTimeout(() => request.socket.destroy(), error.cutAfterMs).unref();
        return;
      }
      const problem = awsErrorOf(error);
      send(response, problem.status, { __type: problem.type, message: problem.message });
    });
  });
  server.listen(port, host);
  await once(server, 'listening');
  const actualPort = (server.address() as AddressInfo).port;

  return {
    url: `http://${host}:${String(actualPort)}`,
    port: actualPort,
    flush: () => operations.flush(),
    stats,
    setFaults: (next) => void faults.set(next),
    onAccepted: (listener) => void (operations.onAccepted = listener),
    async stop() {
      closing.abort();
      server.closeAllConnections();
      server.close();
      await operations.flush();
      writer.close();
    },
  };
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, {
    'content-type': 'application/x-amz-json-1.1',
    'x-amzn-requestid': randomUUID(),
  });
  response.end(JSON.stringify(body));
}

function awsErrorOf(error: unknown): AwsError {
  if (error instanceof AwsError) return error;
  if (error instanceof SyntaxError) return new AwsError('SerializationException', error.message);
  if (error instanceof ZodError) return new AwsError('ValidationException', error.message);
  return new AwsError('InternalFailure', String(error), 500);
}
