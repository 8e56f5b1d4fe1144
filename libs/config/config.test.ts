import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { ConfigError, loadConfig } from './config.js';
import { settings } from './settings.js';

const schema = z.object({
  REDIS_URL: settings.REDIS_URL,
  PORT: settings.PORT(8080),
  ADMIN_TOKEN: z.string().min(16),
});

describe('loadConfig', () => {
  it('reads typed values and fills in defaults', () => {
    const config = loadConfig(schema, { REDIS_URL: 'redis://127.0.0.1:6379', ADMIN_TOKEN: 'a'.repeat(16) });
    expect(config).toEqual({ REDIS_URL: 'redis://127.0.0.1:6379', PORT: 8080, ADMIN_TOKEN: 'a'.repeat(16) });
  });

  it('counts an empty variable as absent', () => {
    expect(() => loadConfig(schema, { REDIS_URL: '', ADMIN_TOKEN: 'a'.repeat(16) })).toThrow(
      'REDIS_URL: is not set',
    );
  });

  it.each([
    ['redis://a:6379,redis://b:6379', true],
    ['rediss://app:pw@a:6379,rediss://app:pw@b:6379', true],
    ['redis://app:pw@a:6379,redis://b:6379', false],
    ['redis://a:6379,rediss://b:6379', false],
    ['redis://a:6379,', false],
  ])('takes %s for seeds of a Redis Cluster: %s', (REDIS_URL, areSeeds) => {
    expect(settings.REDIS_URL.safeParse(REDIS_URL).success).toBe(areSeeds);
  });

  it('reports every problem at once and never prints a value', () => {
    const environment = { REDIS_URL: 'http://user:hunter2@host', PORT: 'secret-port', ADMIN_TOKEN: 'short!' };
    const problems = problemsOf(() => loadConfig(schema, environment));
    expect(problems.map((problem) => problem.split(':')[0])).toEqual(['REDIS_URL', 'PORT', 'ADMIN_TOKEN']);
    expect(problems.join('\n')).not.toMatch(/hunter2|secret-port|short!/);
  });
});

function problemsOf(load: () => unknown): readonly string[] {
  try {
    load();
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}
