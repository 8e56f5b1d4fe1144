import { connect, type Socket } from 'node:net';
import { ResponseReader } from './response-reader.js';

/** One request: its bytes, valid until the next is asked for, and the time that its latency counts from. */
export type Outgoing = { intendedMs: number; write: (into: Buffer) => Buffer };

/** What a connection asks of the run: what to send next, if anything, and whom to tell of answers. */
export type Exchange = {
  next: () => Outgoing | undefined;
  answered: (status: number, intendedMs: number) => void;
  /** The connection went down with this many requests unanswered. */
  lost: (requests: number) => void;
};

const reconnectAfterMs = 50;

/** A keep-alive connection that never has more than `pipeline` requests outstanding. */
export class LoadConnection {
  readonly #address: { host: string; port: number };
  readonly #exchange: Exchange;
  readonly #pipeline: number;
  readonly #scratch: Buffer;
  #socket: Socket | undefined;
  #intended: number[] = [];
  #reconnecting: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(
    address: { host: string; port: number },
    exchange: Exchange,
    { pipeline, maxRequestBytes }: { pipeline: number; maxRequestBytes: number },
  ) {
    this.#address = address;
    this.#exchange = exchange;
    this.#pipeline = pipeline;
    this.#scratch = Buffer.allocUnsafe(maxRequestBytes);
  }

  get outstanding(): number {
    return this.#intended.length;
  }

  /** Connects, and again whenever the server hangs up; resolves once first connected. */
  open(): Promise<void> {
    return new Promise((resolve, reject) => {
      const socket = connect({ ...this.#address, noDelay: true });
      const reader = new ResponseReader((status) => this.#take(status));
      socket.once('connect', () => {
        this.#socket = socket;
        resolve();
        this.send();
      });
      socket.on('data', (packet: Buffer) => {
        try {
          reader.read(packet);
        } catch (error) {
          socket.destroy(error as Error);
          return;
        }
        this.send();
      });
      socket.once('error', reject);
      socket.once('close', () => this.#closed());
    });
  }

  /** Sends what is due, as far as the pipeline has room. */
  send(): void {
    const socket = this.#socket;
    if (socket === undefined || !socket.writable) return;
    while (this.#intended.length < this.#pipeline) {
      const request = this.#exchange.next();
      if (request === undefined) return;
      this.#intended.push(request.intendedMs);
      // The scratch buffer is free again once the kernel has taken all of it.
      const free = socket.writableLength === 0 ? this.#scratch : Buffer.allocUnsafe(this.#scratch.length);
      socket.write(request.write(free));
    }
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#reconnecting);
    this.#socket?.destroy();
  }

  #take(status: number): void {
    const intendedMs = this.#intended.shift();
    if (intendedMs !== undefined) this.#exchange.answered(status, intendedMs);
  }

  #closed(): void {
    this.#socket = undefined;
    const lost = this.#intended.length;
    this.#intended = [];
    if (lost > 0) this.#exchange.lost(lost);
    if (this.#stopped) return;
    // A refused attempt rejects and ends here again, by way of its own close event.
    const again = () => void this.open().catch(() => undefined);
    this.#reconnecting = setTimeout(again, reconnectAfterMs);
  }
}
