import { setTimeout as wait } from 'node:timers/promises';
import { connectRedis, disconnectRedis } from '#redis';
import { startRedisServer, type RedisServer } from '#testing';
import { TcpEndpoint } from '#tools/local-platform';
import type { Arena } from './arena.js';
import type { Row } from './row.js';

type Fleet = {
  primary: RedisServer;
  replica: RedisServer;
  /** A node of a cluster in which another node has all slots. */
  stranger: RedisServer;
  endpoint: TcpEndpoint;
  /** What the replica hears its primary through. */
  link: TcpEndpoint;
};

export const replicaPromoted: Row = {
  number: 9,
  title: 'replica promoted while lagging; READONLY and MOVED',
  async stage() {
    const [primary, replica, stranger, owner] = await Promise.all([
      startRedisServer(),
      startRedisServer(),
      startRedisServer({ settings: { 'cluster-enabled': 'yes' } }),
      startRedisServer({ settings: { 'cluster-enabled': 'yes' } }),
    ]);
    const endpoint = await TcpEndpoint.before(primary.port);
    const link = await TcpEndpoint.before(primary.port);
    await tell(replica, 'REPLICAOF', '127.0.0.1', String(link.port));
    await tell(owner, 'CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
    await tell(stranger, 'CLUSTER', 'MEET', '127.0.0.1', String(owner.port));
    return {
      options: {
        redisUrl: `redis://127.0.0.1:${String(endpoint.port)}`,
        environment: { DURABILITY: 'replicated', COMMIT_DEADLINE_MS: '1000' },
      },
      run: (arena) => promote(arena, { primary, replica, stranger, endpoint, link }),
      async clear() {
        await Promise.all([endpoint.close(), link.close()]);
        await Promise.all([primary, replica, stranger, owner].map((server) => server.stop()));
      },
    };
  },
};

const heldMs = 2_000;

async function promote(arena: Arena, { primary, replica, stranger, endpoint, link }: Fleet): Promise<void> {
  await arena.underLoad(2_000, async () => {
    for (const [what, wrong] of [
      ['READONLY', replica],
      ['MOVED', stranger],
    ] as const) {
      endpoint.moveTo(wrong.port);
      await wait(200);
      const acknowledged = await arena.acknowledgedDuring(() => wait(heldMs));
      arena.expect(acknowledged === 0, `${String(acknowledged)} pushes were acknowledged on ${what}`);
      endpoint.moveTo(primary.port);
      const { acked } = arena.answers();
      await arena.until(() => arena.answers().acked > acked, `pushes are acknowledged after ${what}`, 30_000);
    }
    // Nothing leaves meanwhile, or what the replica lacks might have been delivered already.
    arena.platform.aws.firehose.setFaults({ throttle: {} });
    // From here on the replica hears nothing, and so no push may be acknowledged.
    link.hold();
    await wait(200);
    const acknowledged = await arena.acknowledgedDuring(() => wait(heldMs));
    arena.expect(acknowledged === 0, `${String(acknowledged)} pushes were acknowledged without the replica`);
    const behind = (await offset(primary)) - (await offset(replica));
    await primary.kill();
    link.reset();
    await tell(replica, 'REPLICAOF', 'NO', 'ONE');
    endpoint.moveTo(replica.port);
    // Pushes wait for a replica, which the old primary becomes.
    await primary.restart();
    await tell(primary, 'REPLICAOF', '127.0.0.1', String(replica.port));
    arena.platform.aws.firehose.setFaults({});
    arena.notes.push(`the replica was promoted ${String(behind)} bytes behind`);
    arena.expect(behind > 0, 'the replica did not lag');
  });
}

async function tell(server: RedisServer, command: string, ...args: string[]): Promise<unknown> {
  const redis = connectRedis(server.url, 'control', () => undefined);
  try {
    return await redis.call(command, ...args);
  } finally {
    disconnectRedis(redis);
  }
}

async function offset(server: RedisServer): Promise<number> {
  const info = String(await tell(server, 'INFO', 'replication'));
  return Number(/^(?:slave_repl_offset|master_repl_offset):(\d+)/m.exec(info)?.[1] ?? NaN);
}
