import { request as httpRequest, type Agent } from 'node:http';
import type { StoredMessage, PushRequest } from './push-request.js';
import { unwrappedRequest, wrappedRequest } from './push-request.js';
import { afterAck, afterNack, isAck, newPushWindow, pushBackoffMs, retryDelayMs } from './push-window.js';
import { Latencies } from './latencies.js';

/** A push subscription with OIDC, in the words of Pub/Sub's own API. */
export type SubscriptionOptions = {
  /** `projects/P/subscriptions/S` */
  name: string;
  pushEndpoint: string;
  audience: string;
  serviceAccountEmail: string;
  serviceAccountId: string;
  ackDeadlineSeconds?: number;
  minRetryDelayMs?: number;
  maxRetryDelayMs?: number;
  wrapped?: boolean;
};

/** What Cloud Monitoring would show of a subscription. */
export type SubscriptionStats = {
  name: string;
  published: number;
  pushAttempts: number;
  /** Distinct messages that were acknowledged. */
  acked: number;
  nackedByCode: Record<string, number>;
  undelivered: number;
  oldestUnackedAgeSeconds: number;
  outstanding: number;
  window: number;
  pushLatencyMs: { p50: number; p99: number };
};

type Pending = StoredMessage & { publishedMs: number; attempts: number; copies: number };

/** Pushes one subscription's messages by Pub/Sub's rules until each is acknowledged. */
export class PushSubscription {
  readonly name: string;
  private readonly unacked = new Map<string, Pending>();
  private ready: Pending[] = [];
  private window = newPushWindow;
  private restTimer: NodeJS.Timeout | undefined;
  private outstanding = 0;
  private published = 0;
  private pushAttempts = 0;
  private acked = 0;
  private redeliveries = 0;
  private readonly nackedByCode: Record<string, number> = {};
  private readonly latencies = new Latencies();
  private stopped = false;

  constructor(
    public options: SubscriptionOptions,
    private readonly agent: Agent,
    private readonly token: () => Promise<string>,
    private readonly onAcked: (messageId: string) => void,
  ) {
    this.name = options.name;
  }

  /** `copies` more deliveries come although the first was acknowledged. */
  publish(message: StoredMessage, copies: number): void {
    const pending = { ...message, publishedMs: Date.now(), attempts: 0, copies };
    this.published += 1;
    this.unacked.set(message.messageId, pending);
    this.ready.push(pending);
    this.pump();
  }

  get isEmpty(): boolean {
    return this.unacked.size === 0 && this.redeliveries === 0;
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.restTimer);
  }

  stats(): SubscriptionStats {
    const [oldest] = this.unacked.values();
    return {
      name: this.name,
      published: this.published,
      pushAttempts: this.pushAttempts,
      acked: this.acked,
      nackedByCode: { ...this.nackedByCode },
      undelivered: this.unacked.size,
      oldestUnackedAgeSeconds: oldest ? (Date.now() - oldest.publishedMs) / 1_000 : 0,
      outstanding: this.outstanding,
      window: Math.floor(this.window.size),
      pushLatencyMs: this.latencies.percentiles(),
    };
  }

  private pump(): void {
    if (this.stopped || this.restTimer !== undefined) return;
    let taken = 0;
    while (taken < this.ready.length && this.outstanding < this.window.size) {
      const message = this.ready[taken];
      taken += 1;
      if (message) void this.push(message);
    }
    if (taken > 0) this.ready = this.ready.slice(taken);
  }

  private async push(message: Pending): Promise<void> {
    this.outstanding += 1;
    this.pushAttempts += 1;
    message.attempts += 1;
    const startedMs = performance.now();
    const code = await this.send(message);
    const latencyMs = performance.now() - startedMs;
    this.outstanding -= 1;
    if (this.stopped) return;
    this.latencies.add(latencyMs);
    if (typeof code === 'number' && isAck(code)) this.ack(message);
    else this.nack(message, String(code));
    this.pump();
  }

  private ack(message: Pending): void {
    this.window = afterAck(this.window, this.latencies.recentMeanMs);
    if (this.unacked.delete(message.messageId)) {
      this.acked += 1;
      this.onAcked(message.messageId);
    } else {
      this.redeliveries -= 1;
    }
    if (message.copies === 0) return;
    message.copies -= 1;
    this.redeliveries += 1;
    this.ready.push(message);
  }

  private nack(message: Pending, code: string): void {
    this.nackedByCode[code] = (this.nackedByCode[code] ?? 0) + 1;
    // What was under way when the rest began tells nothing new: only a push after it makes the next longer.
    if (this.restTimer === undefined) {
      this.window = afterNack(this.window);
      this.restTimer = setTimeout(() => {
        this.restTimer = undefined;
        this.pump();
      }, pushBackoffMs(this.window));
    }
    const { minRetryDelayMs = 10_000, maxRetryDelayMs = 600_000 } = this.options;
    setTimeout(
      () => {
        this.ready.push(message);
        this.pump();
      },
      retryDelayMs(message.attempts, { minRetryDelayMs, maxRetryDelayMs }),
    ).unref();
  }

  /** Sends one push and gives its status, or why there is none. */
  private async send(message: Pending): Promise<number | string> {
    const { wrapped = true, ackDeadlineSeconds = 60, pushEndpoint, name } = this.options;
    const request: PushRequest = wrapped ? wrappedRequest(message, name) : unwrappedRequest(message, name);
    const authorization = `Bearer ${await this.token()}`;
    return new Promise((settle) => {
      const deadline = setTimeout(() => {
        resolve('deadline_exceeded');
        outgoing.destroy();
      }, ackDeadlineSeconds * 1_000);
      const resolve = (outcome: number | string) => {
        clearTimeout(deadline);
        settle(outcome);
      };
      const outgoing = httpRequest(
        pushEndpoint,
        {
          method: 'POST',
          agent: this.agent,
          headers: { ...request.headers, authorization },
        },
        (response) => {
          response.resume();
          response.on('end', () => {
            resolve(response.statusCode ?? 0);
          });
          response.on('error', () => {
            resolve('reset');
          });
        },
      );
      outgoing.on('error', (error: NodeJS.ErrnoException) => {
        resolve(error.code === 'ECONNREFUSED' ? 'unreachable' : 'reset');
      });
      outgoing.end(request.body);
    });
  }
}
