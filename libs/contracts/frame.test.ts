import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { z } from 'zod';
import { seal, unseal } from './frame.js';

const header = z.object({ note: z.string() });
const payloads = fc.array(fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)));

describe('a sealed frame', () => {
  it('gives back its header and every byte of its payloads', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string(), payloads, async (note, bytes) => {
        const sealed = await seal('batch', { note }, bytes);
        expect(sealed.count).toBe(bytes.length);
        expect(await unseal(sealed, header)).toEqual({ header: { note }, payloads: bytes });
      }),
    );
  });

  it('shows any flipped bit', async () => {
    const sealed = await seal('batch', { note: 'n' }, [Buffer.from('a payload'), Buffer.from('another')]);
    const length = Buffer.from(sealed.body, 'base64').length;
    await fc.assert(
      fc.asyncProperty(fc.nat(length - 1), fc.nat(7), async (at, bit) => {
        const bytes = Buffer.from(sealed.body, 'base64');
        bytes[at] = (bytes[at] ?? 0) ^ (1 << bit);
        const flipped = { ...sealed, body: bytes.toString('base64') };
        await expect(unseal(flipped, header)).rejects.toMatchObject({ code: 'corrupt_batch' });
      }),
    );
  });

  it('is refused when its count, its length or its header is another than was said', async () => {
    const sealed = await seal('batch', { note: 'n' }, [Buffer.from('a')]);
    const cut = Buffer.from(sealed.body, 'base64').subarray(0, -1).toString('base64');
    await expect(unseal({ ...sealed, count: 2 }, header)).rejects.toThrow('corrupt_batch');
    await expect(unseal({ ...sealed, body: cut }, header)).rejects.toThrow('corrupt_batch');
    await expect(unseal(sealed, z.object({ other: z.number() }))).rejects.toThrow('corrupt_batch');
  });
});
