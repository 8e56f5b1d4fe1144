import { expect, it } from '@jest/globals';
import { createLocalJWKSet, exportJWK, generateKeyPair, SignJWT } from 'jose';
import type { Connection } from '#contracts';
import { PushTokens } from './push-token.js';

const issuer = 'https://accounts.google.com';
const connection: Connection = {
  id: 'abcdefghijklmnopqrstuv',
  tenantId: 'acme',
  name: 'Acme',
  serviceAccountEmail: 'push@acme.iam.gserviceaccount.com',
  audience: 'https://floodgate.test',
  subscription: 'projects/acme/subscriptions/floodgate',
  state: 'active',
  quota: { eventsPerSecond: 10 },
  createdAt: '2026-01-01T00:00:00Z',
};

it('remembers a good token of a pinned account only: the first pushes may be refused yet', async () => {
  const { publicKey, privateKey } = await generateKeyPair('RS256');
  const keys = createLocalJWKSet({ keys: [{ ...(await exportJWK(publicKey)), kid: 'k', alg: 'RS256' }] });
  const tokens = new PushTokens(keys, [issuer]);
  const token = await new SignJWT({ email: connection.serviceAccountEmail, email_verified: true })
    .setProtectedHeader({ alg: 'RS256', kid: 'k' })
    .setIssuer(issuer)
    .setSubject('77')
    .setAudience(connection.audience)
    .setIssuedAt()
    .setExpirationTime('1h')
    .sign(privateKey);
  const pinned = { ...connection, serviceAccountId: '77' };

  for (const [record, remembered] of [
    [connection, undefined],
    [pinned, { serviceAccountId: '77' }],
  ] as const) {
    expect(await tokens.verify(token, record)).toEqual({ serviceAccountId: '77' });
    expect(tokens.recall(`Bearer ${token}`, record, Date.now())).toEqual(remembered);
  }
  expect(tokens.recall(`Bearer ${token}`, pinned, Date.now() + 11 * 60_000)).toBeUndefined();
  expect(tokens.recall(`Bearer ${token}`, { ...pinned }, Date.now())).toBeUndefined();
});
