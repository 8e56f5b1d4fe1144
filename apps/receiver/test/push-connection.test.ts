import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import type { PushRequest, PushRoute } from '../src/push-route.js';
import { PushServer } from '../src/push-server.js';

type Pushed = { connectionId: string; body: string };
/** Reads the body, or does not; then answers, when it is let. */
type Answer = (request: PushRequest) => Promise<number>;

const readAll: Answer = async (request) => {
  await request.body();
  return 204;
};
const push = (body: string, ...more: string[]) =>
  ['POST /v1/push/one HTTP/1.1', 'Host: a', `Content-Length: ${String(body.length)}`, ...more, '', body].join(
    '\r\n',
  );

describe('a connection of a sender', () => {
  const pushed: Pushed[] = [];
  let answer: Answer = readAll;
  let server: PushServer;
  const sockets: Socket[] = [];

  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.destroy();
    pushed.length = 0;
    answer = readAll;
  });

  beforeAll(async () => {
    const route = {
      push: async (connectionId: string, request: PushRequest) => {
        const seen = { connectionId, body: '' };
        const status = await answer({
          ...request,
          body: async () => {
            const body = await request.body();
            seen.body = body.bytes.toString();
            return body;
          },
        });
        pushed.push(seen);
        return status;
      },
    };
    server = new PushServer(route as unknown as PushRoute, { port: 0, host: '127.0.0.1' });
    await server.onApplicationBootstrap();
  });

  /** A raw connection, and what has come on it. */
  async function open({ allowHalfOpen = false } = {}) {
    const { hostname, port } = new URL(server.url);
    const socket = connect({ port: Number(port), host: hostname, allowHalfOpen });
    sockets.push(socket);
    let text = '';
    socket.on('data', (data) => (text += data.toString()));
    await once(socket, 'connect');
    const heard = async (wanted: RegExp, times = 1) => {
      while ([...text.matchAll(new RegExp(wanted, 'g'))].length < times) await once(socket, 'data');
      return text;
    };
    return { socket, heard, closed: () => (socket.closed ? Promise.resolve() : once(socket, 'close')) };
  }

  /** How a push fails whose body is asked for after `before`. */
  const failureOfBody = (before = () => Promise.resolve()) =>
    new Promise<string>((resolve) => {
      answer = async (request) => {
        await before();
        try {
          await request.body();
        } catch (error) {
          resolve(String(error));
        }
        return 400;
      };
    });

  it('carries one push after another', async () => {
    const { socket, heard } = await open();
    for (let round = 1; round <= 3; round += 1) {
      socket.write(push(`body ${String(round)}`));
      const text = await heard(
        /HTTP\/1.1 204 No Content\r\nDate: [^\r]+ GMT\r\nConnection: keep-alive\r\n\r\n/,
        round,
      );
      expect(text).not.toContain('Content-Length');
    }
    expect(pushed.map(({ body }) => body)).toEqual(['body 1', 'body 2', 'body 3']);
  });

  it('may bring a push byte by byte', async () => {
    const { socket, heard } = await open();
    socket.setNoDelay(true);
    for (const character of push('in pieces')) {
      socket.write(character);
      await new Promise(setImmediate);
    }
    await heard(/204/);
    expect(pushed).toEqual([{ connectionId: 'one', body: 'in pieces' }]);
  });

  it('may bring several pushes at once, which are answered one after another, in order', async () => {
    let inWork = 0;
    let mostInWork = 0;
    answer = async (request) => {
      mostInWork = Math.max(mostInWork, ++inWork);
      await new Promise(setImmediate);
      const { bytes } = await request.body();
      inWork -= 1;
      return bytes.toString() === 'b' ? 503 : 204;
    };
    const { socket, heard } = await open();
    socket.write(push('a') + push('b') + push('c').slice(0, -1));
    await heard(/HTTP\/1.1/, 2);
    socket.write('c');
    const text = await heard(/HTTP\/1.1/, 3);
    expect([...text.matchAll(/HTTP\/1.1 (\d+)/g)].map(([, status]) => status)).toEqual(['204', '503', '204']);
    expect(pushed.map(({ body }) => body)).toEqual(['a', 'b', 'c']);
    expect(mostInWork).toBe(1);
  });

  it('is kept when a refused body had come already, and closed when it had not', async () => {
    answer = () => Promise.resolve(401);
    const { socket, heard, closed } = await open();
    socket.write(push('unread'));
    expect(await heard(/HTTP\/1.1 401 Unauthorized\r\n/)).toContain(
      'Content-Length: 0\r\nConnection: keep-alive',
    );
    socket.write(push('unread').slice(0, -1));
    expect(await heard(/HTTP\/1.1 401/, 2)).toContain('Connection: close');
    await closed();
  });

  it('is closed after a refusal though the sender goes on sending', async () => {
    answer = () => Promise.resolve(403);
    const { socket, heard } = await open({ allowHalfOpen: true });
    socket.on('error', () => undefined);
    socket.write(push('x'.repeat(200_000)).slice(0, 1_000));
    await heard(/HTTP\/1.1 403/);
    while (!socket.destroyed) {
      socket.write('x');
      await new Promise(setImmediate);
    }
  });

  it('ends by itself after its answer when the sender has ended its side', async () => {
    const { socket, heard, closed } = await open();
    socket.end(push('last words'));
    await heard(/204/);
    await closed();
    expect(pushed).toHaveLength(1);
  });

  it('tells the route when the sender goes away in the middle of a body', async () => {
    const failed = failureOfBody();
    const { socket } = await open();
    socket.write(push('never whole').slice(0, -3));
    await new Promise(setImmediate);
    socket.destroy();
    expect(await failed).toContain('the client went away');
  });

  it('tells the route of a sender that went away before it asked for the body', async () => {
    let closed = Promise.resolve();
    const failed = failureOfBody(async () => {
      await closed;
      await wait(50);
    });
    const { socket } = await open();
    closed = once(socket, 'close').then(() => undefined);
    socket.write('POST /v1/push/one HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n');
    await wait(50);
    socket.destroy();
    expect(await failed).toContain('the client went away');
  });

  it('is read no further than to the next push while one is answered', async () => {
    answer = () => wait(2, 204);
    const { socket, heard } = await open();
    const { sockets: served } = server as unknown as { sockets: Set<{ held: Buffer }> };
    let most = 0;
    for (let round = 1; round <= 50; round += 1) {
      socket.write(push('').repeat(1_000));
      await heard(/HTTP\/1.1 204/, round);
      most = Math.max(most, ...[...served].map(({ held }) => held.length));
    }
    expect(most).toBeGreaterThan(1_000);
    expect(most).toBeLessThan(256 * 1024);
  });

  it('is closed when the sender does not read its answers', async () => {
    answer = () => Promise.resolve(404);
    const { socket } = await open();
    socket.pause().on('error', () => undefined);
    const pushes = Buffer.from(push('').repeat(1_000));
    const isClosed = new Promise<boolean>((resolve) => {
      socket.once('close', () => {
        resolve(true);
      });
    });
    for (let isOver = false; !isOver;) {
      if (socket.write(pushes)) continue;
      const isDrained = new Promise<boolean>((resolve) => {
        socket.once('drain', () => {
          resolve(false);
        });
      });
      isOver = await Promise.race([isClosed, isDrained]);
    }
    expect(socket.destroyed).toBe(true);
  });

  it.each([
    [
      'a chunked body',
      'POST /v1/push/one HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n',
    ],
    [
      'a sender that asks first',
      'POST /v1/push/one HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\nbody',
    ],
    ['a connection for one push', push('body', 'Connection: close')],
    ['an older protocol', 'POST /v1/push/one HTTP/1.0\r\nContent-Length: 4\r\n\r\nbody'],
  ])('goes on with Node’s own server after %s', async (_, request) => {
    const { socket, heard } = await open();
    // The push before it is of the plain kind, and comes in the same piece.
    socket.write(push('plain') + request);
    await heard(/HTTP\/1.1 204/, 2);
    expect(pushed.map(({ body }) => body)).toEqual(['plain', 'body']);
  });

  it('brings larger bodies to Node’s own server, and plain pushes after them', async () => {
    const { socket, heard } = await open();
    socket.write(push('x'.repeat(300_000)));
    await heard(/HTTP\/1.1 204/);
    socket.write(push('after'));
    await heard(/HTTP\/1.1 204/, 2);
    expect(pushed.map(({ body }) => body.length)).toEqual([300_000, 5]);
  });

  it.each([
    ['what is no HTTP', 'hello\r\n\r\n', 400],
    [
      'a request that could be read in two ways',
      'POST /v1/push/one HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n',
      400,
    ],
    ['another path', 'GET / HTTP/1.1\r\nHost: a\r\n\r\n', 404],
    ['an endless head', `POST /v1/push/one HTTP/1.1\r\nX: ${'x'.repeat(20_000)}`, 431],
  ])('gets an answer to %s', async (_, request, status) => {
    const { socket, heard } = await open();
    socket.write(request);
    await heard(new RegExp(`HTTP/1.1 ${String(status)}`));
    expect(pushed).toEqual([]);
  });

  /** The last one, after which there is no server. */
  it('is asked to connect again while the server drains, and closed when it is silent or slow', async () => {
    const [talking, silent, slow] = [await open(), await open(), await open()];
    slow.socket.write(`${push('', 'Connection: x')}POST `);
    await slow.heard(/204/);
    talking.socket.write(push('before'));
    await talking.heard(/keep-alive/);
    const down = server.beforeApplicationShutdown();
    talking.socket.write(push('during'));
    expect(await talking.heard(/HTTP\/1.1 204/, 2)).toContain('Connection: close');
    await Promise.all([talking.closed(), silent.closed(), slow.closed(), down]);
  }, 30_000);
});
