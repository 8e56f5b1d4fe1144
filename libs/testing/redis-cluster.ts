import { setTimeout as wait } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { freePort } from './free-port.js';
import { startRedisServer, type RedisServer } from './redis-server.js';

/** A real Redis Cluster of three masters that share all slots evenly, each durable as in production. */
export type RedisCluster = {
  /** Its masters as `REDIS_URL` names them. */
  readonly url: string;
  readonly masters: readonly RedisServer[];
  /** Gives a master a replica; resolves when that has all there is. */
  addReplica(of: RedisServer): Promise<void>;
  stop(): Promise<void>;
};

const size = 3;
const slots = 16_384;
const agreedWithinMs = 15_000;

/** Resolves when every master takes commands. */
export async function startRedisCluster(settings: Record<string, string> = {}): Promise<RedisCluster> {
  const nodes: Node[] = [];
  const add = async () => {
    const node = await Node.start(settings);
    nodes.push(node);
    return node;
  };
  const stop = async () => {
    await Promise.all(nodes.map((node) => node.stop()));
  };
  try {
    const masters = await Promise.all(Array.from({ length: size }, add));
    const firstSlot = (index: number) => Math.floor((index * slots) / size);
    for (const [index, node] of masters.entries()) {
      await node.tell('ADDSLOTSRANGE', firstSlot(index), firstSlot(index + 1) - 1);
      if (index > 0) await node.meet(masters[0]);
    }
    const known = [/cluster_state:ok/, new RegExp(`cluster_known_nodes:${String(size)}`)];
    await Promise.all(masters.map((node) => node.until('INFO', ...known)));
    return {
      url: masters.map(({ server }) => server.url).join(','),
      masters: masters.map(({ server }) => server),
      async addReplica(of) {
        const master = masters.find(({ server }) => server === of);
        const id = String(await master?.tell('MYID'));
        const replica = await add();
        await replica.meet(master);
        await replica.until('NODES', new RegExp(`^${id} .* connected`, 'm'));
        await replica.tell('REPLICATE', id);
        while (!(await replica.client.info('replication')).includes('master_link_status:up')) await wait(20);
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

class Node {
  readonly client: Redis;

  private constructor(
    readonly server: RedisServer,
    private readonly busPort: number,
  ) {
    this.client = new Redis({ host: '127.0.0.1', port: server.port });
    this.client.on('error', () => undefined);
  }

  static async start(settings: Record<string, string>): Promise<Node> {
    // Its usual bus, the port and 10,000, is no port at all beyond 55,535.
    const busPort = await freePort();
    const cluster = { 'cluster-enabled': 'yes', 'cluster-port': String(busPort) };
    return new Node(await startRedisServer({ settings: { ...cluster, ...settings } }), busPort);
  }

  async tell(command: string, ...args: (string | number)[]): Promise<unknown> {
    return this.client.call('CLUSTER', command, ...args);
  }

  async meet(other: Node | undefined): Promise<void> {
    if (other) await this.tell('MEET', '127.0.0.1', other.server.port, other.busPort);
  }

  async until(command: string, ...patterns: RegExp[]): Promise<void> {
    const deadlineMs = performance.now() + agreedWithinMs;
    for (;;) {
      const answer = String(await this.tell(command));
      if (patterns.every((pattern) => pattern.test(answer))) return;
      if (performance.now() > deadlineMs) throw new Error(`the cluster does not agree: ${answer}`);
      await wait(20);
    }
  }

  async stop(): Promise<void> {
    this.client.disconnect();
    await this.server.stop();
  }
}
