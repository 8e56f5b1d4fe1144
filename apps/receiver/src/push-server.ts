import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { Logger, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import type { PushRoute } from './push-route.js';

/** Longer than the idle time-outs of load balancers, so that it is never us who hangs up on a push. */
const keepAliveTimeout = 620_000;
const requestTimeout = 30_000;
/** A closed connection can cross with a push on it, so senders are asked to leave for this long first. */
const drainMs = 1_000;
const pushPath = /^\/v1\/push\/([\w-]{1,128})(?:\?|$)/;

/**
 * The one public port. It is Node's own server: a framework's router would parse bodies before the
 * sender is known, and cost more than the rest of a push.
 */
export class PushServer implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(PushServer.name);
  private isDraining = false;
  private readonly server = createServer({ keepAliveTimeout, requestTimeout }, (request, response) => {
    this.answer(request, response).catch((error: unknown) => {
      this.logger.error(error);
      response.destroy();
    });
  });

  constructor(
    private readonly route: PushRoute,
    private readonly listen: { port: number; host: string },
  ) {}

  get url(): string {
    const { address, port } = this.server.address() as AddressInfo;
    return `http://${address}:${String(port)}`;
  }

  async onApplicationBootstrap(): Promise<void> {
    this.server.listen(this.listen.port, this.listen.host);
    await once(this.server, 'listening');
  }

  /** Goes on answering for a moment, each connection's last time; then takes no new ones. */
  async beforeApplicationShutdown(): Promise<void> {
    this.isDraining = true;
    await wait(drainMs);
    const closed = once(this.server, 'close');
    this.server.close();
    await closed;
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const connectionId = request.method === 'POST' ? pushPath.exec(request.url ?? '')?.[1] : undefined;
    const status = connectionId === undefined ? 404 : await this.route.push(connectionId, request);
    // A body that was not worth reading is not read on: the sender has to connect again.
    if (!request.complete || this.isDraining) response.setHeader('connection', 'close');
    response.writeHead(status).end();
  }
}
