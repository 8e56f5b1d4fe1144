import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readHead } from './request-head.js';

const head = (...lines: string[]) => Buffer.from([...lines, '', ''].join('\r\n'), 'latin1');
const first = 'POST /v1/push/abc_-9 HTTP/1.1';
const plain = ['Host: floodgate.test', 'Authorization: Bearer a.b.c', 'content-length: 12'];

describe('readHead', () => {
  it("keeps what matters of a push's head, and tells where its body begins", () => {
    const bytes = head(
      first,
      ...plain,
      'X-Goog-PubSub-Message-Id:  77 ',
      'X-Other: é',
      'Connection: Keep-Alive',
    );
    expect(readHead(Buffer.concat([bytes, Buffer.from('{"mess')]))).toEqual({
      connectionId: 'abc_-9',
      headers: {
        ...{ host: 'floodgate.test', authorization: 'Bearer a.b.c', 'content-length': '12' },
        'x-goog-pubsub-message-id': '77',
      },
      headBytes: bytes.length,
      bodyBytes: 12,
    });
  });

  it('asks for more until the head is whole, but not for ever', () => {
    const bytes = head(first, ...plain);
    for (let end = 0; end < bytes.length; end += 1)
      expect(readHead(bytes.subarray(0, end))).toBe('incomplete');
    expect(readHead(Buffer.alloc(16 * 1024, 0x61))).toBe('unusual');
    expect(readHead(head(first, ...plain, `X: ${'x'.repeat(16 * 1024)}`))).toBe('unusual');
  });

  it.each([
    ['another method', ['PUT /v1/push/a HTTP/1.1', ...plain]],
    ['another path', ['POST /v1/pull/a HTTP/1.1', ...plain]],
    ['a path that goes on', ['POST /v1/push/a/b HTTP/1.1', ...plain]],
    ['an absolute address', ['POST http://floodgate.test/v1/push/a HTTP/1.1', ...plain]],
    ['an older protocol', ['POST /v1/push/a HTTP/1.0', ...plain]],
    ['a second space', ['POST  /v1/push/a HTTP/1.1', ...plain]],
    ['no host', [first, 'Content-Length: 12']],
    ['two hosts', [first, ...plain, 'Host: b']],
    ['no length', [first, 'Host: a']],
    ['two lengths', [first, ...plain, 'Content-Length: 12']],
    ...['1e3', '+5', '5, 5', '\x0b5', '5\x0c', '\xa05', '5\xa0'].map((length): [string, string[]] => [
      `a length of ${JSON.stringify(length)}`,
      [first, 'Host: a', `Content-Length: ${length}`],
    ]),
    ['a zero byte', [first, ...plain, 'X: a\0b']],
    ['a control character', [first, ...plain, 'X: a\x7f']],
    ['a proxy’s word on the connection', [first, ...plain, 'Proxy-Connection: close']],
    ['two identities', [first, ...plain, 'authorization: Bearer d.e.f']],
    ['a chunked body', [first, ...plain, 'Transfer-Encoding: chunked']],
    ['an expectation', [first, ...plain, 'Expect: 100-continue']],
    ['an upgrade', [first, ...plain, 'Upgrade: h2c']],
    ['a connection to be closed', [first, ...plain, 'Connection: close']],
    ['a space before the colon', [first, ...plain, 'Transfer-Encoding : chunked']],
    ['a header that goes on in the next line', [first, ...plain, ' folded']],
    ['a header without a name', [first, ...plain, ': x']],
    ['a header without a colon', [first, ...plain, 'x']],
    ['a line feed by itself', [first, ...plain, 'X: a\nTransfer-Encoding: chunked']],
    ['a carriage return by itself', [first, ...plain, 'X: a\rTransfer-Encoding: chunked']],
    ['a line feed in the first line', [`${first}\nX: y`, ...plain]],
  ])('leaves %s to others', (_, lines) => {
    expect(readHead(head(...lines))).toBe('unusual');
  });

  it('never throws, whatever the bytes', () => {
    const piece = fc.constantFrom('\r\n', '\r', '\n', ':', ' ', first, ...plain, 'a', '\r\n\r\n', '\0', 'é');
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const read = readHead(Buffer.from(pieces.join('')));
        if (typeof read === 'object') expect(read.headers['content-length']).toBe(String(read.bodyBytes));
      }),
    );
  });
});
