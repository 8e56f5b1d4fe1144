import {
  BadRequestException,
  Controller,
  Get,
  Query,
  ServiceUnavailableException,
  UseGuards,
} from '@nestjs/common';
import { z } from 'zod';
import { AdminGuard } from '#admin-access';
import { Ledger, hoursWithin, type BookBalance } from '#ledger';
import { AlertBook, type Alert } from './alert-book.js';
import { CostBook } from './cost-book.js';
import type { Costs } from './costs.js';
import type { Health } from './health.js';
import { Lookout } from './lookout.js';

const hourMs = 3_600_000;
const hoursAsked = z.coerce
  .number()
  .int()
  .min(1)
  .max(35 * 24)
  .default(24);

const daysAsked = z.coerce.number().int().min(1).max(35).default(8);

/** Both sides' health as JSON, for people, dashboards and scripts. */
@Controller('api/v1')
@UseGuards(AdminGuard)
export class HealthController {
  constructor(
    private readonly lookout: Lookout,
    private readonly alerts: AlertBook,
    private readonly ledger: Ledger,
    private readonly costBook: CostBook,
  ) {}

  @Get('health')
  async health(): Promise<Health & { status: 'ok' | 'alert'; alerts: Alert[] }> {
    const { health } = this.lookout;
    if (!health) throw new ServiceUnavailableException('Nothing was seen yet; is Redis there?');
    const alerts = await this.alerts.open();
    return { status: alerts.length === 0 ? 'ok' : 'alert', ...health, alerts };
  }

  @Get('alerts')
  async allAlerts(): Promise<{ open: Alert[]; resolved: Alert[] }> {
    const [open, resolved] = await Promise.all([this.alerts.open(), this.alerts.resolved()]);
    return { open, resolved };
  }

  /** The books by connection and hour, newest hour last. */
  @Get('ledger')
  async books(@Query('hours') asked?: string): Promise<{ rows: BookBalance[] }> {
    const hours = hoursAsked.safeParse(asked);
    if (!hours.success) throw new BadRequestException('hours must be a whole number from 1 to 840.');
    const nowMs = Date.now();
    return { rows: await this.ledger.read(hoursWithin(nowMs - (hours.data - 1) * hourMs, nowMs)) };
  }

  /** Money by day and tenant, today so far first. */
  @Get('costs')
  async costs(@Query('days') asked?: string, @Query('tenant') tenant?: string): Promise<Costs> {
    const days = daysAsked.safeParse(asked);
    if (!days.success) throw new BadRequestException('days must be a whole number from 1 to 35.');
    return this.costBook.read(Date.now(), days.data, tenant);
  }
}
