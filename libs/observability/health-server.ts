import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { BeforeApplicationShutdown, OnApplicationShutdown } from '@nestjs/common';
import type { Registry } from 'prom-client';
import type { Probes } from './probes.js';

/** Serves `/livez`, `/readyz` and `/metrics` until the very end of the app's shutdown. */
export class HealthServer implements BeforeApplicationShutdown, OnApplicationShutdown {
  private readonly server: Server;

  constructor(
    private readonly probes: Probes,
    private readonly registry: Registry,
  ) {
    this.server = createServer((request, response) => {
      void this.answer(request.url ?? '', response).catch(() => {
        response.writeHead(500).end();
      });
    });
  }

  /** Listens and gives the port, which matters when 0 was asked for. */
  async listen(port: number, host: string): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject).listen(port, host, resolve);
    });
    return (this.server.address() as AddressInfo).port;
  }

  beforeApplicationShutdown(): void {
    this.probes.stop();
  }

  async onApplicationShutdown(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise<void>((resolve) =>
      this.server.close(() => {
        resolve();
      }),
    );
  }

  private async answer(url: string, response: ServerResponse): Promise<void> {
    switch (url.split('?', 1)[0]) {
      case '/livez':
        verdict(response, await this.probes.livenessProblems());
        return;
      case '/readyz':
        verdict(response, await this.probes.readinessProblems());
        return;
      case '/metrics':
        response.writeHead(200, { 'content-type': this.registry.contentType });
        response.end(await this.registry.metrics());
        return;
      default:
        response.writeHead(404).end();
    }
  }
}

function verdict(response: ServerResponse, problems: string[]): void {
  const status = problems.length === 0 ? 200 : 503;
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ ok: status === 200, problems }));
}
