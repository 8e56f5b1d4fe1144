import { describe, expect, it } from '@jest/globals';
import { streamOf } from './rendezvous.js';

const tenants = Array.from({ length: 3_000 }, (_, index) => `tenant-${String(index)}`);

describe('streamOf', () => {
  it('does not depend on the order of the streams', () => {
    for (const tenant of tenants.slice(0, 100)) {
      expect(streamOf(tenant, ['a', 'b', 'c'])).toBe(streamOf(tenant, ['c', 'a', 'b']));
    }
  });

  it('moves only the tenants of a stream that goes, and spreads them evenly', () => {
    const before = new Map(tenants.map((tenant) => [tenant, streamOf(tenant, ['a', 'b', 'c'])]));
    for (const [tenant, stream] of before) {
      if (stream !== 'c') expect(streamOf(tenant, ['a', 'b'])).toBe(stream);
    }
    for (const stream of ['a', 'b', 'c']) {
      const share = [...before.values()].filter((name) => name === stream).length;
      expect(share).toBeGreaterThan(850);
      expect(share).toBeLessThan(1_150);
    }
  });

  it('refuses to choose from nothing', () => {
    expect(() => streamOf('acme', [])).toThrow('no stream');
  });
});
