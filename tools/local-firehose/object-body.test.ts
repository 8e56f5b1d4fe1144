import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { ObjectBody } from './object-body.js';

describe('ObjectBody', () => {
  it.each([true, false])('stores what was appended, in order, compressed: %s', async (isGzip) => {
    // Twice, since memory goes from body to body.
    for (const seed of [1, 2]) {
      const pieces = Array.from({ length: 40 }, (_, index) =>
        Buffer.alloc(index * 997, `${String(seed * index)} `),
      );
      const body = new ObjectBody(isGzip);
      for (const piece of pieces) body.append(piece);
      const whole = Buffer.concat(pieces);
      const stored = await body.finish();
      expect(body.length).toBe(whole.length);
      expect((isGzip ? gunzipSync(stored) : stored).equals(whole)).toBe(true);
    }
  });
});
