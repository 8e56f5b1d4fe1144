import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { runLoad } from './index.js';
import { closedLoop, openLoop } from './pacing.js';
import { fillTemplate, requestTemplate } from './push-request.js';
import { ResponseReader } from './response-reader.js';

const target = { path: '/v1/push/one', token: 'abc', subscription: 'projects/p/subscriptions/s', weight: 1 };

describe('a request template', () => {
  const entry = '{"a":"é","insertId":"first","b":{"insertId":"inner"}}';
  const template = requestTemplate(entry, target, 'host:1', '1234567');
  const filled = (number: number) => {
    const request = fillTemplate(template, number, Buffer.alloc(template.bytes.length)).toString();
    const [head = '', body = ''] = request.split('\r\n\r\n');
    const push = JSON.parse(body) as { message: { data: string; messageId: string; message_id: string } };
    const data = Buffer.from(push.message.data, 'base64').toString();
    return { head, body, ...push.message, data: JSON.parse(data) as { insertId: string; b: object } };
  };

  it('makes well-formed pushes whose ids hold their number', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 999_999_999_999 }), (number) => {
        const { head, body, messageId, message_id, data } = filled(number);
        expect(head).toContain(`Content-Length: ${String(Buffer.byteLength(body))}`);
        expect(messageId).toBe(`1234567${String(number).padStart(12, '0')}`);
        expect(message_id).toBe(messageId);
        expect(data.insertId).toMatch(new RegExp(`^1234567-*${String(number).padStart(12, '0')}$`));
        expect(data.b).toEqual({ insertId: 'inner' });
      }),
    );
  });

  it('leaves every other byte of the entry alone', () => {
    const { insertId, ...rest } = filled(7).data as Record<string, unknown>;
    expect(insertId).toBeDefined();
    expect(rest).toEqual({ a: 'é', b: { insertId: 'inner' } });
  });
});

describe('ResponseReader', () => {
  const answers =
    'HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 503 X\r\ncontent-length: 4\r\n\r\nbodyHTTP/1.1 204 N\r\n\r\n';

  it('reads statuses however the bytes are cut', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(answers.length)), (cuts) => {
        const statuses: number[] = [];
        const reader = new ResponseReader((status) => statuses.push(status));
        const bounds = [0, ...cuts.sort((a, b) => a - b), answers.length];
        bounds.slice(1).forEach((end, index) => {
          reader.read(Buffer.from(answers.slice(bounds[index], end)));
        });
        expect(statuses).toEqual([204, 503, 204]);
      }),
    );
  });

  it.each([
    'nonsense\r\n\r\n',
    'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n',
    'HTTP/1.1 200 OK\r\n\r\n',
  ])('refuses %j', (text) => {
    const reader = new ResponseReader(() => undefined);
    expect(() => {
      reader.read(Buffer.from(text));
    }).toThrow();
  });
});

describe('the pace', () => {
  it('of an open loop keeps the time at which a request was due, however late it is asked', () => {
    const pace = openLoop(1_000, 2_000, 10);
    expect(pace.next(999)).toBeUndefined();
    expect([pace.next(1_000), pace.next(1_000)]).toEqual([1_000, undefined]);
    expect([pace.next(1_350), pace.next(1_350), pace.next(1_350)]).toEqual([1_100, 1_200, 1_300]);
    expect(pace.due(9_999)).toBe(6);
  });

  it('of a closed loop is always due until the end', () => {
    const pace = closedLoop(2_000);
    expect([pace.next(1_999), pace.next(2_000)]).toEqual([1_999, undefined]);
  });
});

describe('runLoad', () => {
  let server: Server | undefined;
  afterEach(() => {
    server?.closeAllConnections();
    server?.close();
  });

  async function serve(answer: (request: IncomingMessage, count: number) => number): Promise<string> {
    let count = 0;
    server = createServer((request, response) => {
      void json(request).then(() => {
        response.writeHead(answer(request, (count += 1)), { 'content-length': 0 }).end();
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  }

  it('counts answers by status, shares them out by weight, and loses none', async () => {
    const paths: Record<string, number> = {};
    const url = await serve(({ url = '' }, count) => {
      paths[url] = (paths[url] ?? 0) + 1;
      return count % 10 === 0 ? 503 : 204;
    });
    const targets = [
      { ...target, weight: 3 },
      { ...target, path: '/v1/push/two' },
    ];
    const result = await runLoad({ url, targets, connections: 4, durationMs: 300, ratePerSecond: 1_000 });
    expect(result.sent).toBeGreaterThanOrEqual(300);
    expect(result.answered + result.unsent).toBeGreaterThanOrEqual(result.sent);
    expect(result.byStatus['503']).toBe(Math.floor(result.sent / 10));
    expect((paths['/v1/push/one'] ?? 0) / (paths['/v1/push/two'] ?? 1)).toBeGreaterThan(2);
  });

  it('says so when nobody is there', async () => {
    await expect(
      runLoad({ url: 'http://127.0.0.1:9', targets: [target], connections: 1, durationMs: 100 }),
    ).rejects.toThrow('ECONNREFUSED');
  });
});
