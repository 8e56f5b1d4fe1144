import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** An address in front of a server, as clouds give one: it can be moved, cut, slowed and held. */
export class TcpEndpoint {
  private readonly pairs = new Set<readonly [Socket, Socket]>();
  private delayMs = 0;
  private isHeld = false;
  /** Clients that wait for a server; `undefined` while there is one. */
  private waiting: Socket[] | undefined;

  private constructor(
    private readonly server: Server,
    private targetPort: number,
  ) {
    server.on('connection', (client) => {
      this.join(client);
    });
  }

  static async before(targetPort: number, port = 0): Promise<TcpEndpoint> {
    const server = createServer({ noDelay: true }).listen(port, '127.0.0.1');
    await once(server, 'listening');
    return new TcpEndpoint(server, targetPort);
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
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

  /** New connections wait from now on; those that are there go on. */
  keepNewWaiting(): void {
    this.waiting ??= [];
  }

  letNewIn(): void {
    const waiting = this.waiting ?? [];
    this.waiting = undefined;
    for (const client of waiting) this.join(client);
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
    if (this.waiting) {
      this.waiting.push(client);
      return;
    }
    const server = connect({ port: this.targetPort, host: '127.0.0.1', noDelay: true });
    const pair = [client, server] as const;
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
    pass(client, server, 0);
    pass(server, client, this.delayMs);
    if (this.isHeld) for (const socket of pair) socket.pause();
  }
}
