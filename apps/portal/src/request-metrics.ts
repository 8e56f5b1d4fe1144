import type { OnModuleInit } from '@nestjs/common';
import type { HttpAdapterHost } from '@nestjs/core';
import type { FastifyAdapter } from '@nestjs/platform-fastify';
import { Counter, type Registry } from 'prom-client';

/** Counts every answer, also those that no controller gave. */
export class RequestMetrics implements OnModuleInit {
  private readonly requests;

  constructor(
    private readonly host: HttpAdapterHost<FastifyAdapter>,
    registry: Registry,
  ) {
    this.requests = new Counter({
      name: 'floodgate_portal_requests_total',
      help: 'Requests answered, by method, route and status.',
      labelNames: ['method', 'route', 'status'],
      registers: [registry],
    });
  }

  onModuleInit(): void {
    this.host.httpAdapter.getInstance().addHook('onResponse', (request, reply, done) => {
      const { url: route = 'none' } = request.routeOptions;
      this.requests.inc({ method: request.method, route, status: reply.statusCode });
      done();
    });
  }
}
