import { describe, expect, it } from '@jest/globals';
import { ConfigError, loadConfig } from '#config';
import { portalConfig, pushUrl } from './portal.config.js';

const environment = {
  REDIS_URL: 'redis://127.0.0.1:6379',
  ADMIN_TOKEN: 't'.repeat(32),
  PUBLIC_URL: 'https://ingest.example.com',
};
const load = (more: Record<string, string>) => loadConfig(portalConfig, { ...environment, ...more });

describe('the configuration of the portal', () => {
  it('needs only a Redis, a token and the public address', () => {
    expect(load({})).toMatchObject({ PORT: 8084, PUBLIC_URL: 'https://ingest.example.com' });
  });

  it.each(['http://localhost:8080', 'http://127.0.0.1:8080', 'http://[::1]:8080'])('takes %s', (url) => {
    expect(load({ PUBLIC_URL: url }).PUBLIC_URL).toBe(url);
  });

  it.each([
    ['http://ingest.example.com', 'https'],
    ['http://localhost.example.com', 'https'],
    ['http://127.0.0.1.example.com', 'https'],
    ['ftp://ingest.example.com', 'http(s)'],
    ['https://user:secret@example.com', 'credentials'],
    ['https://example.com/?a=b', 'query'],
    ['https://example.com/#a', 'fragment'],
  ])('refuses %s as the public address', (url, why) => {
    expect(() => load({ PUBLIC_URL: url })).toThrow(why);
  });

  it('reports a short token and one with spaces, without showing either', () => {
    for (const token of ['short-secret', `secret ${'t'.repeat(40)}`]) {
      let problems = '';
      try {
        load({ ADMIN_TOKEN: token });
      } catch (error) {
        problems = error instanceof ConfigError ? error.message : '';
      }
      expect(problems).toContain('ADMIN_TOKEN: must be at least 32');
      expect(problems).not.toContain('secret');
    }
  });

  it('builds push URLs below whatever path the public address has', () => {
    expect(pushUrl(load({}), 'abc')).toBe('https://ingest.example.com/v1/push/abc');
    const nested = load({ PUBLIC_URL: 'https://example.com/floodgate//' });
    expect(pushUrl(nested, 'abc')).toBe('https://example.com/floodgate/v1/push/abc');
  });
});
