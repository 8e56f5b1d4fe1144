import { z } from 'zod';
import { settings } from '#config';

const localHosts = ['localhost', '127.0.0.1', '[::1]'];

const publicUrl = z
  .url({ protocol: /^https?$/, error: 'must be an http(s) URL' })
  .refine((url) => isBare(new URL(url)), 'must have no credentials, query or fragment')
  .refine((url) => isSafe(new URL(url)), 'must be https, except for localhost')
  .transform((url) => new URL(url).href.replace(/\/+$/, ''));

export const portalConfig = z.object({
  REDIS_URL: settings.REDIS_URL,
  HOST: settings.HOST,
  PORT: settings.PORT(8084),
  HEALTH_PORT: settings.HEALTH_PORT,
  LOG_LEVEL: settings.LOG_LEVEL,
  SHUTDOWN_GRACE_MS: settings.SHUTDOWN_GRACE_MS,
  ADMIN_TOKEN: settings.ADMIN_TOKEN,
  PUBLIC_URL: publicUrl.describe('Where the receiver is reached from Google; push URLs start with it.'),
});

export type PortalConfig = z.infer<typeof portalConfig>;

/** The push URL of a connection, which is also its default audience. */
export function pushUrl(config: Pick<PortalConfig, 'PUBLIC_URL'>, connectionId: string): string {
  return `${config.PUBLIC_URL}/v1/push/${connectionId}`;
}

function isBare(url: URL): boolean {
  return [url.username, url.password, url.search, url.hash].every((part) => part === '');
}

function isSafe(url: URL): boolean {
  return url.protocol === 'https:' || localHosts.includes(url.hostname);
}
