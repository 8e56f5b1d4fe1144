import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SignJWT, UnsecuredJWT, exportJWK, generateKeyPair, type CryptoKey, type JWTPayload } from 'jose';

/** A service account that pushes, as Google would vouch for it. */
export type PushAccount = { email: string; uniqueId: string; audience: string };

/** Google's side of identity: signs push tokens and serves the keys to check them with. */
export type GoogleIdentity = {
  readonly jwksUrl: string;
  /** How often the key set was fetched. */
  readonly fetches: number;
  /** A token as Google makes it; `claims` and `how` spoil it. */
  token(
    account: PushAccount,
    claims?: JWTPayload,
    how?: 'none' | 'HS256' | 'unknown key' | 'other key',
  ): Promise<string>;
  /** From now on tokens are signed with a new key. */
  rotate(): Promise<void>;
  /** Whether the key set's address answers. */
  available: boolean;
  stop(): Promise<void>;
};

export const googleIssuer = 'https://accounts.google.com';

export async function startGoogleIdentity(): Promise<GoogleIdentity> {
  const keys = new Map<string, CryptoKey>();
  const published: object[] = [];
  let current = '';
  let fetches = 0;
  let available = true;

  async function rotate(): Promise<void> {
    const kid = `key-${String(keys.size + 1)}`;
    const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
    keys.set(kid, privateKey);
    published.push({ ...(await exportJWK(publicKey)), kid, alg: 'RS256', use: 'sig' });
    current = kid;
  }
  await rotate();
  const stranger = (await generateKeyPair('RS256')).privateKey;

  const server = createServer((_request, response) => {
    fetches += 1;
    response.writeHead(available ? 200 : 503, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ keys: published }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  return {
    jwksUrl: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/oauth2/v3/certs`,
    get fetches() {
      return fetches;
    },
    get available() {
      return available;
    },
    set available(now: boolean) {
      available = now;
    },
    rotate,
    async token(account, claims = {}, how) {
      const nowSeconds = Math.floor(Date.now() / 1_000);
      const payload = {
        iss: googleIssuer,
        aud: account.audience,
        azp: account.uniqueId,
        sub: account.uniqueId,
        email: account.email,
        email_verified: true,
        iat: nowSeconds,
        exp: nowSeconds + 3_600,
        ...claims,
      };
      if (how === 'none') return new UnsecuredJWT(payload).encode();
      if (how === 'HS256') {
        return new SignJWT(payload)
          .setProtectedHeader({ alg: 'HS256', kid: current })
          .sign(Buffer.alloc(32, 1));
      }
      const kid = how === 'unknown key' ? 'nobody-knows' : current;
      const key = how === undefined ? keys.get(current) : stranger;
      if (!key) throw new Error('there is no key');
      return new SignJWT(payload).setProtectedHeader({ alg: 'RS256', kid, typ: 'JWT' }).sign(key);
    },
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
