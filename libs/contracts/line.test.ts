import { describe, expect, it } from '@jest/globals';
import { originalEntry } from './line.js';

describe('originalEntry', () => {
  const entry = '{"a":"\\"log_entry\\":{}}","log_entry":{"b":1}}';

  it.each([
    ['at the top', `{"tenant_id":"acme","log_entry":${entry}}`],
    ['inside an object', `{"metadata":{},"unmapped":{"log_entry":${entry}}}`],
    ['behind others in an object', `{"metadata":{},"unmapped":{"a":{},"log_entry":${entry}}}`],
    ['before a newline', `{"metadata":{},"unmapped":{"log_entry":${entry}}}\n`],
    ['after a text that speaks of it', `{"tenant_id":"\\"log_entry\\":1","log_entry":${entry}}`],
  ])('is found %s', (_, line) => {
    JSON.parse(line);
    expect(originalEntry(line)).toBe(entry);
  });

  it('is not found where there is none', () => {
    expect(originalEntry('{"tenant_id":"acme"}')).toBeUndefined();
  });
});
