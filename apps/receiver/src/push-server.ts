import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { Logger, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import type { PushRoute } from './push-route.js';
import { PushSocket, type PushSocketHost } from './push-socket.js';
import { readBody } from './request-body.js';
import { headersOf } from './request-head.js';

/** Longer than the idle time-outs of load balancers, so that it is never us who hangs up on a push. */
const keepAliveTimeout = 620_000;
const requestTimeout = 30_000;
/** A closed connection can cross with a push on it, so senders are asked to leave for this long first. */
const drainMs = 1_000;
/** Every push that was whole by then is answered within this; who is still sending one begins anew elsewhere. */
const hangUpMs = 5_000;
const pushPath = /^\/v1\/push\/([\w-]{1,128})(?:\?|$)/;

/**
 * The one public port. Connections are read by {@link PushSocket} while they carry plain pushes, and by
 * Node's own server from the first request on that is anything else.
 */
export class PushServer implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(PushServer.name);
  private isDraining = false;
  private readonly sockets = new Set<PushSocket>();
  private readonly server = createServer({ keepAliveTimeout, requestTimeout }, (request, response) => {
    this.respond(request, response).catch((error: unknown) => {
      this.logger.error(error);
      response.destroy();
    });
  });
  private readonly host: PushSocketHost;

  constructor(
    private readonly route: PushRoute,
    private readonly listen: { port: number; host: string },
  ) {
    const serveHttp = this.server.listeners('connection')[0] as (socket: Socket) => void;
    this.server.off('connection', serveHttp).on('connection', (socket: Socket) => {
      this.accept(socket);
    });
    this.host = {
      answer: (connectionId, request) => this.route.push(connectionId, request),
      handOver: (from, socket, bytes) => {
        this.sockets.delete(from);
        // Held back until the server listens to it, what was read already comes first.
        socket.pause();
        if (bytes.length > 0) socket.unshift(bytes);
        serveHttp.call(this.server, socket);
        socket.resume();
      },
      isDraining: () => this.isDraining,
      idleMs: keepAliveTimeout,
      requestMs: requestTimeout,
    };
  }

  get url(): string {
    const { address, port } = this.server.address() as AddressInfo;
    return `http://${address}:${String(port)}`;
  }

  async onApplicationBootstrap(): Promise<void> {
    this.server.listen(this.listen.port, this.listen.host);
    await once(this.server, 'listening');
  }

  /** Goes on answering for a moment, each connection's last time; then takes no new ones, and hangs up. */
  async beforeApplicationShutdown(): Promise<void> {
    this.isDraining = true;
    await wait(drainMs);
    const closed = once(this.server, 'close');
    this.server.close();
    for (const socket of this.sockets) socket.end();
    await Promise.race([closed, wait(hangUpMs, undefined, { ref: false })]);
    this.server.closeAllConnections();
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  private accept(socket: Socket): void {
    const own = new PushSocket(socket, this.host);
    this.sockets.add(own);
    socket.once('close', () => this.sockets.delete(own));
  }

  private async respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const connectionId = request.method === 'POST' ? pushPath.exec(request.url ?? '')?.[1] : undefined;
    const length = request.headers['content-length'];
    const status =
      connectionId === undefined
        ? 404
        : await this.route.push(connectionId, {
            headers: headersOf(request),
            bodyBytes: length === undefined ? undefined : Number(length),
            body: () => readBody(request),
          });
    // A body that was not worth reading is not read on: the sender has to connect again.
    if (!request.complete || this.isDraining) response.setHeader('connection', 'close');
    response.writeHead(status).end();
  }
}
