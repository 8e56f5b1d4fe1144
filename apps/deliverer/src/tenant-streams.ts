import { setTimeout as wait } from 'node:timers/promises';
import {
  CreateDeliveryStreamCommand,
  DescribeDeliveryStreamCommand,
  ResourceInUseException,
  ResourceNotFoundException,
  type DeliveryStreamDescription,
  type FirehoseClient,
} from '@aws-sdk/client-firehose';
import { Logger, type OnApplicationShutdown } from '@nestjs/common';
import type { Redis } from '#redis';
import { createInput, strangeness, type StreamTemplate, type TenantStream } from './tenant-stream.js';

/** AWS takes five control-plane calls a second of each kind; a second touches five of these windows at most. */
const paceMs = 250;
/** A stream that was looked at is not looked at again for so long, not by another replica either. */
const knownSeconds = 86_400;
const lookAgainMs = 2_000;
const coolDownMs = 10_000;

/** Makes tenants' streams on demand, and looks at each before it is put to. */
export class TenantStreams implements OnApplicationShutdown {
  private readonly logger = new Logger(TenantStreams.name);
  private readonly stopping = new AbortController();
  private readonly open = new Set<string>();
  private readonly opening = new Map<string, Promise<void>>();

  constructor(
    private readonly client: FirehoseClient,
    private readonly redis: Redis,
    private readonly template: StreamTemplate,
  ) {}

  /** Whether the stream can be put to. If it cannot, it is being opened, and lines have to wait. */
  async isOpen(stream: TenantStream): Promise<boolean> {
    const { name } = stream;
    if (this.open.has(name)) return true;
    if ((await this.redis.get(knownKey(name))) === this.template.bucketArn) {
      this.open.add(name);
      return true;
    }
    if (!this.opening.has(name)) {
      const opening = this.openUp(stream)
        .catch((error: unknown) => this.coolDown(name, error))
        .finally(() => this.opening.delete(name));
      this.opening.set(name, opening);
    }
    return false;
  }

  /** Firehose does not know it any more: it is looked for, and made, before the next put. */
  async forget({ name }: TenantStream): Promise<void> {
    this.open.delete(name);
    await this.redis.del(knownKey(name));
  }

  onApplicationShutdown(): void {
    this.stopping.abort();
  }

  /** A stream that cannot be used must not take the turns of those that can. */
  private async coolDown(name: string, error: unknown): Promise<void> {
    const { signal } = this.stopping;
    if (signal.aborted) return;
    this.logger.warn(`${name} cannot be used: ${String(error)}`);
    await wait(coolDownMs, undefined, { signal }).catch(() => undefined);
  }

  private async openUp(stream: TenantStream): Promise<void> {
    for (;;) {
      const found = await this.describe(stream);
      if (!found) await this.create(stream);
      else if (found.DeliveryStreamStatus === 'ACTIVE') {
        await this.accept(stream, found);
        return;
      } else if (found.DeliveryStreamStatus !== 'CREATING') {
        throw new Error(`it is ${String(found.DeliveryStreamStatus)}`);
      }
      await wait(lookAgainMs, undefined, { signal: this.stopping.signal });
    }
  }

  private async accept(stream: TenantStream, found: DeliveryStreamDescription): Promise<void> {
    const problem = strangeness(found, stream, this.template);
    if (problem !== undefined) throw new Error(problem);
    await this.redis.set(knownKey(stream.name), this.template.bucketArn, 'EX', knownSeconds);
    this.open.add(stream.name);
  }

  private async describe({ name }: TenantStream): Promise<DeliveryStreamDescription | undefined> {
    await this.turn('describe');
    try {
      const command = new DescribeDeliveryStreamCommand({ DeliveryStreamName: name });
      return (await this.client.send(command)).DeliveryStreamDescription;
    } catch (error) {
      if (error instanceof ResourceNotFoundException) return undefined;
      throw error;
    }
  }

  private async create(stream: TenantStream): Promise<void> {
    await this.turn('create');
    try {
      await this.client.send(new CreateDeliveryStreamCommand(createInput(stream, this.template)));
      this.logger.log(`${stream.name} is being made`);
    } catch (error) {
      // Another replica was faster.
      if (!(error instanceof ResourceInUseException)) throw error;
    }
  }

  /** Waits for one of the turns that all replicas share. */
  private async turn(operation: 'describe' | 'create'): Promise<void> {
    const { signal } = this.stopping;
    while ((await this.redis.set(`streams:turn:${operation}`, 1, 'PX', paceMs, 'NX')) === null) {
      await wait(paceMs * (0.5 + Math.random()), undefined, { signal });
    }
  }
}

function knownKey(name: string): string {
  return `streams:known:${name}`;
}
