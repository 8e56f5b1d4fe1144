import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** An address in front of Redis, as a cloud gives one: it can be moved, cut, slowed and held. */
export class RedisEndpoint {
  private readonly pairs = new Set<readonly [Socket, Socket]>();
  private delayMs = 0;
  private isHeld = false;

  private constructor(
    private readonly server: Server,
    private targetPort: number,
  ) {
    server.on('connection', (client) => {
      this.join(client);
    });
  }

  static async before(targetPort: number): Promise<RedisEndpoint> {
    const server = createServer({ noDelay: true }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new RedisEndpoint(server, targetPort);
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get url(): string {
    return `redis://127.0.0.1:${String(this.port)}`;
  }

  /** From now on another server answers here; who is connected has to come again. */
  moveTo(targetPort: number): void {
    this.targetPort = targetPort;
    this.reset();
  }

  /** From now on every answer takes this much longer; a connection keeps its delay, so all start anew. */
  slow(delayMs: number): void {
    this.delayMs = delayMs;
    this.reset();
  }

  /** Cuts every connection, with whatever was under way on it. */
  reset(): void {
    for (const pair of this.pairs) for (const socket of pair) socket.resetAndDestroy();
  }

  /** Nothing gets through from now on; at the next reset it is lost. */
  hold(): void {
    this.isHeld = true;
    for (const pair of this.pairs) for (const socket of pair) socket.pause();
  }

  async close(): Promise<void> {
    this.reset();
    this.server.close();
    await once(this.server, 'close');
  }

  private join(client: Socket): void {
    const redis = connect({ port: this.targetPort, host: '127.0.0.1', noDelay: true });
    const pair = [client, redis] as const;
    this.pairs.add(pair);
    const pass = (from: Socket, to: Socket, delayMs: number) => {
      from.on('data', (bytes) => {
        if (delayMs === 0) to.write(bytes);
        else setTimeout(() => to.write(bytes), delayMs);
      });
      from.on('error', () => undefined);
      from.on('close', () => {
        this.pairs.delete(pair);
        to.destroy();
      });
    };
    pass(client, redis, 0);
    pass(redis, client, this.delayMs);
    if (this.isHeld) for (const socket of pair) socket.pause();
  }
}
