import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { PushRequest } from './push-route.js';
import type { RequestBody } from './request-body.js';
import { readHead } from './request-head.js';

/** What a connection's requests are answered by. */
export type PushSocketHost = {
  /** Gives an answer's status. Never rejects. */
  answer: (connectionId: string, request: PushRequest) => Promise<number>;
  /** Goes on with a connection whose next request begins with these bytes, and which is no more of this kind. */
  handOver: (from: PushSocket, socket: Socket, bytes: Buffer) => void;
  /** Whether answers ask the sender to connect again. */
  isDraining: () => boolean;
  /** Longest silence between requests, and longest wait for the rest of one, in milliseconds. */
  idleMs: number;
  requestMs: number;
};

/** Larger bodies are few, and Node's server reads them in its stride. */
const maxBodyBytes = 256 * 1024;

const nothing: Buffer = Buffer.alloc(0);

/** The request that is being answered. */
type Current = {
  bodyBytes: number;
  /** Whether its body was taken out of what is held. */
  isTaken: boolean;
};

/** A body that is not whole yet, and whom to give it to. */
type Awaited = {
  bytes: Buffer;
  filled: number;
  resolve: (body: RequestBody) => void;
  reject: (error: Error) => void;
};

/**
 * One sender's connection, as long as what comes on it is plain pushes, one after another: all else is
 * handed over to Node's own server, whose requests cost twice as much.
 */
export class PushSocket {
  /** What has come and was not taken yet. */
  private held = nothing;
  private current: Current | undefined;
  private awaited: Awaited | undefined;
  private partialSinceMs: number | undefined;
  private isEnding = false;

  constructor(
    private readonly socket: Socket,
    private readonly host: PushSocketHost,
  ) {
    socket.on('data', this.onData).on('end', this.onEnd).on('close', this.onClose);
    socket.on('timeout', this.onTimeout).on('error', this.onError);
    // Whoever connects has something to say.
    this.waitForMore();
  }

  /** Ends the connection, after the answer when a request is being answered. */
  end(): void {
    this.isEnding = true;
    if (this.current === undefined) this.socket.destroySoon();
  }

  destroy(): void {
    this.socket.destroy();
  }

  private readonly onData = (chunk: Buffer): void => {
    const rest = this.awaited === undefined ? chunk : this.fill(this.awaited, chunk);
    if (rest.length > 0) this.held = this.held.length === 0 ? rest : Buffer.concat([this.held, rest]);
    if (this.current === undefined) this.begin();
    // The next request waits on the wire until this one is answered.
    else if (this.awaited === undefined) this.socket.pause();
  };

  /** Reads the next request as far as it is there. */
  private begin(): void {
    const head = readHead(this.held);
    if (head === 'incomplete') {
      this.waitForMore();
      this.readOn();
      return;
    }
    if (head === 'unusual' || head.bodyBytes > maxBodyBytes) {
      this.handOver();
      return;
    }
    this.isComplete();
    const { connectionId, headers, headBytes, bodyBytes } = head;
    const current = { bodyBytes, isTaken: false };
    this.current = current;
    this.held = this.held.subarray(headBytes);
    // The body of one who is not known yet stays on the wire.
    if (this.held.length < bodyBytes) this.socket.pause();
    const request = { headers, bodyBytes, body: () => this.body(current) };
    this.host.answer(connectionId, request).then(
      (status) => {
        this.answered(status, current);
      },
      () => this.socket.destroy(),
    );
  }

  private body(current: Current): RequestBody | Promise<RequestBody> {
    const { bodyBytes } = current;
    const start = this.held.subarray(0, bodyBytes);
    this.drop(bodyBytes);
    current.isTaken = true;
    if (start.length === bodyBytes) return { bytes: start, tooLarge: false };
    return new Promise((resolve, reject) => {
      const bytes = Buffer.allocUnsafe(bodyBytes);
      this.awaited = { bytes, filled: start.copy(bytes), resolve, reject };
      this.waitForMore();
      if (this.socket.destroyed || this.socket.readableEnded) this.onClose();
      else this.socket.resume();
    });
  }

  /** Adds to a body that is not whole, and gives what goes beyond it. */
  private fill(awaited: Awaited, chunk: Buffer): Buffer {
    const { bytes, filled, resolve } = awaited;
    const copied = chunk.copy(bytes, filled);
    awaited.filled += copied;
    if (awaited.filled < bytes.length) this.waitForMore();
    else {
      this.awaited = undefined;
      this.isComplete();
      resolve({ bytes, tooLarge: false });
    }
    return chunk.subarray(copied);
  }

  private answered(status: number, { bodyBytes, isTaken }: Current): void {
    const { socket } = this;
    if (socket.destroyed) return;
    // A body that was not worth reading is not read on: the sender has to connect again.
    const isUnread = !isTaken && this.held.length < bodyBytes;
    const isLast = isUnread || this.isEnding || this.host.isDraining();
    socket.write(answerOf(status, isLast), 'latin1');
    if (isLast) {
      // Whoever goes on sending is not waited for.
      socket.destroySoon();
      return;
    }
    // Nobody reads that slowly who waits for an answer before the next push.
    if (socket.writableNeedDrain) {
      socket.destroy();
      return;
    }
    if (!isTaken) this.drop(bodyBytes);
    this.current = undefined;
    if (this.held.length > 0) this.begin();
    else this.readOn();
  }

  /** Not while there is a whole request to answer. */
  private readOn(): void {
    if (this.socket.isPaused()) this.socket.resume();
  }

  /** What is left is copied, or it would keep all that it came with in memory, for as long as the next is awaited. */
  private drop(bytes: number): void {
    this.held = bytes >= this.held.length ? nothing : Buffer.from(this.held.subarray(bytes));
  }

  private handOver(): void {
    const { socket } = this;
    socket.off('data', this.onData).off('end', this.onEnd).off('close', this.onClose);
    socket.off('timeout', this.onTimeout).off('error', this.onError);
    this.isComplete();
    this.host.handOver(this, socket, this.held);
  }

  /** The rest of a request has to come soon, in however small pieces. */
  private waitForMore(): void {
    const { idleMs, requestMs } = this.host;
    const nowMs = performance.now();
    if (this.partialSinceMs === undefined) {
      this.partialSinceMs = nowMs;
      this.socket.setTimeout(Math.min(idleMs, requestMs));
    } else if (nowMs - this.partialSinceMs > requestMs) this.socket.destroy();
  }

  private isComplete(): void {
    if (this.partialSinceMs === undefined) return;
    this.partialSinceMs = undefined;
    this.socket.setTimeout(this.host.idleMs);
  }

  private readonly onTimeout = (): void => {
    this.socket.destroy();
  };

  private readonly onEnd = (): void => {
    this.end();
    // What the sender has not sent by now will never come.
    if (this.awaited !== undefined) this.socket.destroy();
  };

  private readonly onClose = (): void => {
    this.awaited?.reject(new Error('the client went away'));
  };

  /** Senders go away at any moment; `close` follows. */
  private readonly onError = (): void => undefined;
}

let dateLine = '';
let dateOfMs = 0;

/** An answer without a body. */
function answerOf(status: number, isLast: boolean): string {
  const nowMs = Date.now();
  if (nowMs - dateOfMs >= 1_000) {
    dateOfMs = nowMs - (nowMs % 1_000);
    dateLine = `Date: ${new Date(nowMs).toUTCString()}\r\n`;
  }
  const length = status === 204 ? '' : 'Content-Length: 0\r\n';
  const connection = isLast ? 'close' : 'keep-alive';
  return `HTTP/1.1 ${String(status)} ${STATUS_CODES[status] ?? ''}\r\n${dateLine}${length}Connection: ${connection}\r\n\r\n`;
}
