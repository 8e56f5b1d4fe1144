import { randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { Ledger, hoursWithin, type BookBalance } from '#ledger';
import {
  connectRedis,
  disconnectRedis,
  durabilityProblems,
  readDurabilitySettings,
  type Redis,
} from '#redis';
import { freePort, isFree, startRedisServer, type RedisServer, type RedisServerOptions } from '#testing';
import { startLocalGoogle, type LocalGoogle } from '#tools/local-google';
import type { ControlPlaneOptions } from '#tools/local-firehose';
import type { AppName, AppProcess } from './app-process.js';
import { startLocalAws, type LocalAws } from './aws.js';
import { Fleet, appNames } from './fleet.js';
import { TcpEndpoint } from './tcp-endpoint.js';

export type PlatformOptions = {
  /** `fixed` ports are easy to remember; `free` ones never clash. */
  ports: 'fixed' | 'free';
  /** An own Redis is started, durable as in production, when there is none to use. */
  redisUrl: string | undefined;
  /** How the own Redis differs from the usual. */
  redis?: RedisServerOptions;
  /** Where each app appends to a log of its own. */
  logDirectory: string;
  objectIntervalMs: number;
  /** Of the portal's and the monitor's API; a random one by default. */
  adminToken?: string | undefined;
  streams?: number;
  /** How slow Firehose is in making streams. */
  control?: ControlPlaneOptions;
  /** Puts a load balancer in front of the first receiver. */
  isBalanced?: boolean;
  /** Processes of an app; one by default. */
  replicas?: Partial<Record<AppName, number>>;
  /** More settings for all apps. */
  environment?: Record<string, string>;
  onProgress?: (text: string) => void;
  /** Hears of each message that Google holds an acknowledgement for. */
  onAcked?: (subscription: string, messageId: string) => void;
};

/** A customer's connection, made through the portal, with its push subscription at Google. */
export type PlatformConnection = {
  tenant: string;
  id: string;
  subscription: string;
  audience: string;
  serviceAccountEmail: string;
  serviceAccountId: string;
  pushUrl: string;
};

/** All of Floodgate, Google's side and AWS's side, running on this machine. */
export class Platform {
  readonly startedMs = Date.now();
  readonly connections: PlatformConnection[] = [];

  private constructor(
    readonly redis: { url: string; server: RedisServer | undefined },
    readonly aws: LocalAws,
    readonly google: LocalGoogle,
    private readonly fleet: Fleet,
    readonly urls: Readonly<Record<'receiver' | 'portal' | 'monitor', string>>,
    readonly adminToken: string,
    /** For looking into Redis, and for turning its settings. */
    readonly control: Redis,
    readonly balancer: TcpEndpoint | undefined,
  ) {}

  static async start(options: PlatformOptions): Promise<Platform> {
    const say = options.onProgress ?? (() => undefined);
    const undo: (() => Promise<unknown>)[] = [];
    try {
      const port = (preferred: number) => (options.ports === 'fixed' ? fixedPort(preferred) : freePort());
      // All ports are looked at before anything starts, so that a taken one leaves nothing behind.
      const ports = {
        aws: await port(4566),
        firehose: await port(4573),
        google: await port(8085),
        receiver: await port(8080),
        monitor: await port(8083),
        portal: await port(8084),
        health: await healthPorts(port),
      };
      const server = options.redisUrl === undefined ? await startRedisServer(options.redis) : undefined;
      const redisUrl = options.redisUrl ?? server?.url ?? '';
      if (server) undo.push(() => server.stop());
      await untilAnswering(redisUrl, options.environment?.['DURABILITY'] === 'relaxed');
      say(`Redis answers at ${hostsOf(redisUrl)}`);
      const aws = await startLocalAws({
        ports,
        streams: options.streams ?? 2,
        objectIntervalMs: options.objectIntervalMs,
        control: options.control,
      });
      undo.push(() => aws.stop());
      say(`S3, SNS and SQS answer at ${aws.endpoint}, Firehose at ${aws.firehose.url}`);
      const google = await startLocalGoogle({
        port: ports.google,
        ...(options.onAcked === undefined ? {} : { onAcked: options.onAcked }),
      });
      undo.push(() => google.stop());
      say(`Google's key set is at ${google.jwksUrl}`);
      const adminToken = options.adminToken ?? randomBytes(24).toString('base64url');
      const urls = {
        receiver: `http://127.0.0.1:${String(ports.receiver)}`,
        monitor: `http://127.0.0.1:${String(ports.monitor)}`,
        portal: `http://127.0.0.1:${String(ports.portal)}`,
      };
      const receiverPort = options.isBalanced === true ? await freePort() : ports.receiver;
      const balancer =
        options.isBalanced === true ? await TcpEndpoint.before(receiverPort, ports.receiver) : undefined;
      if (balancer) undo.push(() => balancer.close());
      const shared = {
        REDIS_URL: redisUrl,
        HOST: '127.0.0.1',
        PUBLIC_URL: urls.receiver,
        OIDC_JWKS_URL: google.jwksUrl,
        FIREHOSE_STREAMS: aws.streams.join(','),
        LANDED_QUEUE_URL: aws.queueUrl('monitor'),
        ALERT_TOPIC_ARN: aws.alertTopicArn,
        ADMIN_TOKEN: adminToken,
        ...aws.environment,
        ...options.environment,
      };
      const { monitor, portal, health } = ports;
      const fleet = await Fleet.of({
        environment: shared,
        logDirectory: options.logDirectory,
        ports: { service: { receiver: receiverPort, monitor, portal }, health },
        replicas: options.replicas,
      });
      undo.push(() => fleet.stop());
      say(`starting ${appNames.join(', ')} ...`);
      await fleet.start();
      const control = connectRedis(redisUrl, 'control', () => undefined);
      return new Platform({ url: redisUrl, server }, aws, google, fleet, urls, adminToken, control, balancer);
    } catch (error) {
      for (const step of undo.reverse()) await step().catch(() => undefined);
      throw error;
    }
  }

  /**
   * Connects a customer as its people would: through the portal, then by a push subscription, or by
   * letting the one that is there push to the new connection.
   */
  async connect(tenant: string, eventsPerSecond = 100_000): Promise<PlatformConnection> {
    const project = `${tenant}-logs`;
    const response = await fetch(`${this.urls.portal}/api/v1/connections`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${this.adminToken}` },
      body: JSON.stringify({
        tenantId: tenant,
        name: `${tenant} (local)`,
        google: { scope: 'organization', scopeId: '123456789012', projectId: project },
        quota: { eventsPerSecond },
      }),
    });
    if (response.status !== 201)
      throw new Error(`the portal did not connect ${tenant}: ${await response.text()}`);
    const { connection, pushUrl } = (await response.json()) as {
      connection: { id: string; subscription: string; audience: string; serviceAccountEmail: string };
      pushUrl: string;
    };
    const serviceAccountId = String(100_000_000_000_000_000_000n + BigInt(this.connections.length));
    const { id, subscription, audience, serviceAccountEmail } = connection;
    const push = { pushEndpoint: pushUrl, audience, serviceAccountEmail, serviceAccountId };
    if (this.google.stats().some(({ name }) => name === subscription)) {
      this.google.modifyPushConfig(subscription, push);
    } else {
      this.google.addSubscription({
        name: subscription,
        ...push,
        minRetryDelayMs: 100,
        maxRetryDelayMs: 2_000,
      });
    }
    const made = { tenant, id, subscription, audience, serviceAccountEmail, serviceAccountId, pushUrl };
    this.connections.push(made);
    const { pathname } = new URL(pushUrl);
    await Promise.all(this.replicas('receiver').map(({ url }) => untilKnown(url + pathname)));
    return made;
  }

  /** Changes a connection through the portal. */
  async edit(connectionId: string, change: object): Promise<void> {
    const response = await fetch(`${this.urls.portal}/api/v1/connections/${connectionId}`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${this.adminToken}` },
      body: JSON.stringify(change),
    });
    if (!response.ok) throw new Error(`the portal did not change it: ${await response.text()}`);
  }

  /** Deletes a connection through the portal; Google goes on pushing. */
  async disconnect(connectionId: string): Promise<void> {
    const { status } = await fetch(`${this.urls.portal}/api/v1/connections/${connectionId}`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${this.adminToken}` },
    });
    if (status !== 204) throw new Error(`the portal did not delete it: ${String(status)}`);
  }

  app(name: AppName): AppProcess {
    const [app] = this.fleet.all(name);
    if (!app) throw new RangeError(`there is no app ${name}`);
    return app;
  }

  /** All processes of an app. */
  replicas(name: AppName): readonly AppProcess[] {
    return this.fleet.all(name);
  }

  /** The books of the hours since the start, of the tenants that are connected here. */
  async books(): Promise<BookBalance[]> {
    const mine = new Set(this.connections.map(({ id }) => id));
    const rows = await new Ledger(this.control).read(hoursWithin(this.startedMs, Date.now()));
    return rows.filter(({ connectionId }) => mine.has(connectionId));
  }

  /** Stops everything, in the order of the flow, so that nothing taken is left behind. */
  async stop(): Promise<void> {
    await this.google.stop();
    await this.fleet.stop();
    disconnectRedis(this.control);
    await this.balancer?.close();
    await this.aws.stop();
    await this.redis.server?.stop();
  }
}

/** @throws in one clear sentence when it is taken */
async function fixedPort(port: number): Promise<number> {
  if (await isFree(port)) return port;
  throw new Error(`Port ${String(port)} is taken by another program; stop it, or use --free-ports.`);
}

/** The registry reaches a receiver within a second; until then it knows no such push URL. */
async function untilKnown(pushUrl: string): Promise<void> {
  const isKnown = async () => (await fetch(pushUrl, { method: 'POST' })).status !== 404;
  while (!(await isKnown().catch(() => false))) await wait(20);
}

function hostsOf(redisUrl: string): string {
  const seeds = redisUrl.split(',');
  if (!seeds.every((seed) => URL.canParse(seed))) throw new Error('REDIS_URL is no redis:// URL.');
  return seeds.map((seed) => new URL(seed).host).join(', ');
}

async function healthPorts(port: (preferred: number) => Promise<number>): Promise<Record<AppName, number>> {
  const ports = appNames.map(async (name, index) => [name, await port(9090 + index)] as const);
  return Object.fromEntries(await Promise.all(ports)) as Record<AppName, number>;
}

/** @throws in one clear sentence that holds no password, when Redis is away or would lose what it has */
async function untilAnswering(redisUrl: string, mayLose: boolean): Promise<void> {
  const host = hostsOf(redisUrl);
  let problem = 'no answer';
  const redis = connectRedis(redisUrl, 'control', (error) => (problem = error.message));
  try {
    const settings = await readDurabilitySettings(redis).catch(() => {
      throw new Error(`Redis does not answer at ${host} (${problem}); start it, or unset REDIS_URL.`);
    });
    const [first] = durabilityProblems(settings);
    if (first !== undefined && !mayLose) throw new Error(`Redis at ${host} would lose events: ${first}.`);
  } finally {
    disconnectRedis(redis);
  }
}
