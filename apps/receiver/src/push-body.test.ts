import { describe, expect, it } from '@jest/globals';
import { readPush } from './push-body.js';

const subscription = 'projects/p/subscriptions/s';

function envelope(message: object, more: object = {}): Buffer {
  return Buffer.from(JSON.stringify({ message: { messageId: '1', ...message }, subscription, ...more }));
}

describe('readPush', () => {
  it('takes the largest message there can be, with attributes full of brackets and commas', () => {
    const data = Buffer.alloc(10_000_000, 0x7b);
    const attributes = Object.fromEntries(
      Array.from({ length: 100 }, (_, n) => [`${String(n)}${'['.repeat(250)}`, '{,['.repeat(341)]),
    );
    const push = readPush({}, envelope({ data: data.toString('base64'), attributes }));
    expect(push.refused).toBeUndefined();
    expect(push.payload.equals(data)).toBe(true);
  });

  it.each([
    ['lists', () => Array.from({ length: 200_000 }, () => [])],
    ['objects', () => Array.from({ length: 200_000 }, () => ({}))],
    ['numbers', () => new Array<number>(200_000).fill(1)],
    ['members', () => Object.fromEntries(Array.from({ length: 200_000 }, (_, n) => [String(n), 1]))],
  ])('refuses what holds more %s than a push can, whole as it came', (_, make) => {
    const body = envelope({ data: 'e30=' }, { more: make() });
    const { refused, payload } = readPush({}, body);
    expect(refused).toBe('not_a_push');
    expect(payload).toBe(body);
  });
});
