import { once } from 'node:events';
import { Agent, createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import { startGoogleIdentity, type GoogleIdentity } from '#testing';
import { PushSubscription, type SubscriptionOptions, type SubscriptionStats } from './push-subscription.js';

export type LocalGoogleOptions = {
  port?: number;
  /** Hears of each message that was acknowledged, once. */
  onAcked?: (subscription: string, messageId: string) => void;
};

/** Google's side on this machine: identity, topics and push subscriptions. */
export type LocalGoogle = {
  readonly url: string;
  readonly jwksUrl: string;
  /** Signs tokens, good and bad, and can lose its key server. */
  readonly identity: GoogleIdentity;
  addSubscription(options: SubscriptionOptions): void;
  /** Changes where and as whom a subscription pushes; messages under way stay. */
  modifyPushConfig(name: string, changes: Partial<PushConfig>): void;
  /** Publishes to the subscription's topic and gives the message's id. `duplicates` deliveries more come after the ack. */
  publish(subscription: string, data: Buffer, options?: PublishOptions): string;
  stats(): SubscriptionStats[];
  /** Resolves when every backlog is empty; rejects when the signal says so. */
  drained(signal?: AbortSignal): Promise<void>;
  stop(): Promise<void>;
};

type PushConfig = Pick<
  SubscriptionOptions,
  'pushEndpoint' | 'audience' | 'serviceAccountEmail' | 'serviceAccountId'
>;

export type PublishOptions = {
  attributes?: Record<string, string>;
  duplicates?: number;
  /** An earlier message's id, to deliver it once more. */
  messageId?: string;
  publishTime?: string;
};

/** The method of Google's IAM Credentials API that signs an identity token for a service account. */
const generateIdToken = /^\/v1\/projects\/-\/serviceAccounts\/(?<email>[^/:]+):generateIdToken$/;
const idTokenRequest = z.object({ audience: z.string(), includeEmail: z.literal(true) });

const accountOf = ({ serviceAccountEmail, serviceAccountId, audience }: SubscriptionOptions) => ({
  email: serviceAccountEmail,
  uniqueId: serviceAccountId,
  audience,
});

/** Tokens live an hour; a new one is made some minutes before. */
const tokenLifeMs = 50 * 60_000;
const maxDuplicates = 10;

export async function startLocalGoogle(options: LocalGoogleOptions = {}): Promise<LocalGoogle> {
  const identity = await startGoogleIdentity();
  const agent = new Agent({ keepAlive: true, maxSockets: 512 });
  const subscriptions = new Map<string, PushSubscription>();
  let lastMessageId = BigInt(Date.now()) * 1_000n;

  const stats = () => [...subscriptions.values()].map((subscription) => subscription.stats());
  const server = createServer((request, response) => {
    void answer(request).then(([status, body]) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    });
  });
  async function answer(request: IncomingMessage): Promise<[status: number, body: object]> {
    if (request.url === '/v1/subscriptions') return [200, { subscriptions: stats() }];
    const email = generateIdToken.exec(request.url ?? '')?.groups?.['email'];
    const account = [...subscriptions.values()].find((one) => one.options.serviceAccountEmail === email);
    if (request.method !== 'POST' || !account) return [404, { error: { code: 404, status: 'NOT_FOUND' } }];
    try {
      const { audience } = idTokenRequest.parse(await json(request));
      return [200, { token: await identity.token(accountOf({ ...account.options, audience })) }];
    } catch (error) {
      return [400, { error: { code: 400, status: 'INVALID_ARGUMENT', message: String(error) } }];
    }
  }
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');

  function find(name: string): PushSubscription {
    const subscription = subscriptions.get(name);
    if (!subscription) throw new RangeError(`there is no subscription ${name}`);
    return subscription;
  }

  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    jwksUrl: identity.jwksUrl,
    identity,
    addSubscription(subscription) {
      const { name } = subscription;
      let cached: { token: Promise<string>; madeMs: number; of: SubscriptionOptions } | undefined;
      const token = () => {
        const { options: of } = find(name);
        if (cached?.of !== of || Date.now() - cached.madeMs > tokenLifeMs) {
          cached = { token: identity.token(accountOf(of)), madeMs: Date.now(), of };
        }
        return cached.token;
      };
      const onAcked = (messageId: string) => options.onAcked?.(name, messageId);
      subscriptions.set(name, new PushSubscription(subscription, agent, token, onAcked));
    },
    modifyPushConfig(name, changes) {
      const subscription = find(name);
      subscription.options = { ...subscription.options, ...changes };
    },
    publish(name, data, { attributes = {}, duplicates = 0, ...given } = {}) {
      const messageId = given.messageId ?? String((lastMessageId += 1n));
      const publishTime = given.publishTime ?? new Date().toISOString();
      find(name).publish({ messageId, publishTime, data, attributes }, Math.min(duplicates, maxDuplicates));
      return messageId;
    },
    stats,
    async drained(signal) {
      while (![...subscriptions.values()].every(({ isEmpty }) => isEmpty))
        await wait(20, undefined, { signal });
    },
    async stop() {
      for (const subscription of subscriptions.values()) subscription.stop();
      agent.destroy();
      server.closeAllConnections();
      server.close();
      await Promise.all([once(server, 'close'), identity.stop()]);
    },
  };
}
