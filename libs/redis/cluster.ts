import {
  Cluster,
  type ClusterNode,
  type ClusterOptions,
  type Redis as Server,
  type RedisOptions,
} from 'ioredis';

/**
 * How often the cluster is asked who has which slots, besides whenever a node is lost or redirects: for a
 * master that hangs, which Redis by default takes as long to notice. It costs a new connection.
 */
const slotsRefreshMs = 15_000;

/**
 * What a role means for a command whose node is away, or whose slot nobody serves. Ten times a second it is
 * tried again, which takes two redirections: a worker does for as long as a job's lock holds.
 */
const optionsByRole = {
  acknowledge: { enableOfflineQueue: false, retryDelayOnFailover: 0, retryDelayOnClusterDown: 0 },
  worker: { maxRedirections: 200 },
  control: { maxRedirections: 100 },
} as const satisfies Record<string, ClusterOptions>;

/** Opens connections to all nodes of a cluster, found by its seeds, with the first one's credentials and TLS. */
export function connectCluster(
  seeds: [string, ...string[]],
  role: keyof typeof optionsByRole,
  redisOptions: Omit<RedisOptions, 'replyMapping'>,
  retryStrategy: (attempt: number) => number | null,
): Cluster {
  const { protocol, username, password } = new URL(seeds[0]);
  return new SteadyCluster(seeds, {
    ...optionsByRole[role],
    redisOptions: {
      ...redisOptions,
      username: decodeURIComponent(username),
      password: decodeURIComponent(password),
      ...(protocol === 'rediss:' ? { tls: {} } : {}),
    },
    clusterRetryStrategy: retryStrategy,
    // A node that restarts without a failover comes back as the same one, which no redirection would tell.
    clusterNodeRetryStrategy: retryStrategy,
    // Names are looked up anew by each connection, and stay what certificates are checked against.
    dnsLookup: (host, found) => {
      found(null, host);
    },
  });
}

type Options = Omit<ClusterOptions, 'redisOptions'> & { redisOptions: Omit<RedisOptions, 'replyMapping'> };

/** A cluster that soon finds who took a lost node's slots, and where no command waits without a bound. */
class SteadyCluster extends Cluster {
  private refreshing: NodeJS.Timeout | undefined;

  constructor(seeds: ClusterNode[], options: Options) {
    super(seeds, options);
    // BullMQ's workers block on a copy.
    const duplicate = (others: ClusterNode[] = [], changes: Partial<Options> = {}) =>
      new SteadyCluster(others.length > 0 ? others : seeds, { ...options, ...changes });
    this.duplicate = duplicate as unknown as Cluster['duplicate'];
    const refresh = () => {
      this.refreshSlotsCache();
    };
    this.on('node error', refresh);
    // Its own timer, `slotsRefreshInterval`, goes on after a disconnect that comes while it asks.
    this.on('ready', () => (this.refreshing = setInterval(refresh, slotsRefreshMs).unref()));
    this.on('close', () => {
      clearInterval(this.refreshing);
    });
    // Without an offline queue whatever comes while a node is first connected to would fail.
    this.on('+node', (node: Server) => {
      if (node.options.readOnly !== true) node.connect().catch(() => undefined);
    });
  }

  /** ioredis times a command from when a node has it; here its wait for a node counts, too. */
  override sendCommand(...[command, stream, node]: Parameters<Cluster['sendCommand']>): unknown {
    const { commandTimeout } = this.options.redisOptions ?? {};
    if (commandTimeout !== undefined) command.setTimeout(commandTimeout);
    return super.sendCommand(command, stream, node);
  }
}
