import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { jwtVerify } from 'jose';
import { startGoogleIdentity, type GoogleIdentity } from '#testing';
import { GoogleKeys } from './google-keys.js';

const account = { email: 'push@acme.iam.gserviceaccount.com', uniqueId: '1', audience: 'https://a' };

describe('GoogleKeys', () => {
  let google: GoogleIdentity;
  let keys: GoogleKeys;
  let failures: number;

  beforeEach(async () => {
    google = await startGoogleIdentity();
    failures = 0;
  });
  afterEach(async () => {
    keys.stop();
    await google.stop();
  });

  async function start(cooldownMs: number): Promise<void> {
    keys = new GoogleKeys({ url: google.jwksUrl, cooldownMs, onError: () => (failures += 1) });
    await keys.start();
  }
  const verify = async () => (await jwtVerify(await google.token(account), keys.find)).payload.email;

  it('goes on with the keys it has while Google is down', async () => {
    await start(0);
    google.available = false;
    expect(await verify()).toBe(account.email);
    await google.rotate();
    await expect(verify()).rejects.toMatchObject({ code: 'ERR_JWKS_NO_MATCHING_KEY' });
    expect(failures).toBe(1);
  });

  it('learns a new key when a token names one', async () => {
    await start(0);
    await google.rotate();
    expect(await verify()).toBe(account.email);
    expect(google.fetches).toBe(2);
  });

  it('fetches once for many tokens of an unknown key, and not again within the cool-down', async () => {
    await start(60_000);
    await google.rotate();
    await expect(Promise.all(Array.from({ length: 20 }, verify))).rejects.toThrow();
    expect(google.fetches).toBe(1);
  });

  it('is without keys, and says so, when Google was never there', async () => {
    google.available = false;
    await start(0);
    expect(keys.areLoaded).toBe(false);
    await expect(verify()).rejects.toMatchObject({ code: 'ERR_JWKS_NO_MATCHING_KEY' });
    google.available = true;
    expect(await verify()).toBe(account.email);
  });
});
