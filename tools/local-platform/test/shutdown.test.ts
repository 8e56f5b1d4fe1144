import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Platform, appNames } from '../index.js';

const graceMs = 3_000;

let folder: string;
let platform: Platform;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'floodgate-shutdown-'));
  platform = await Platform.start({
    ports: 'free',
    redisUrl: undefined,
    logDirectory: folder,
    objectIntervalMs: 500,
    environment: { SHUTDOWN_GRACE_MS: String(graceMs) },
  });
}, 60_000);
afterAll(async () => {
  await platform.stop();
  await rm(folder, { recursive: true, force: true });
});

it('every app exits with 0 within its grace period when told to stop, Redis away included', async () => {
  await platform.connect('acme');
  await platform.redis.server?.kill();
  const startedMs = performance.now();
  const codes = await Promise.all(appNames.map((name) => platform.app(name).stop()));
  expect(codes).toEqual(appNames.map(() => 0));
  expect(performance.now() - startedMs).toBeLessThan(graceMs + 2_000);
}, 60_000);
