import type { Platform } from '#tools/local-platform';

/** Pushes with each kind of bad token at the first connection, and how each was answered. */
export async function badTokens(platform: Platform): Promise<[what: string, status: number][]> {
  const [mine, other] = platform.connections;
  if (!mine || !other) return [];
  const { identity } = platform.google;
  const account = (of: typeof mine) => ({
    email: of.serviceAccountEmail,
    audience: of.audience,
    uniqueId: of.serviceAccountId,
  });
  const hourAgo = Math.floor(Date.now() / 1_000) - 7_200;
  const good = account(mine);
  const tokens: [string, string | undefined][] = [
    ['no token', undefined],
    ['a token that is none', 'abc'],
    ["another tenant's token", await identity.token(account(other))],
    ['another audience', await identity.token({ ...good, audience: 'https://elsewhere' })],
    ['another service account', await identity.token({ ...good, email: 'a@b.iam.gserviceaccount.com' })],
    ['another sub', await identity.token({ ...good, uniqueId: '7' })],
    ['an unverified e-mail', await identity.token(good, { email_verified: false })],
    ['an expired token', await identity.token(good, { iat: hourAgo, exp: hourAgo + 3_600 })],
    ['another issuer', await identity.token(good, { iss: 'https://evil.example' })],
    ['alg none', await identity.token(good, {}, 'none')],
    ['HS256', await identity.token(good, {}, 'HS256')],
    ['an unknown key', await identity.token(good, {}, 'unknown key')],
    ['a forged signature', await identity.token(good, {}, 'other key')],
  ];
  return Promise.all(
    tokens.map(async ([what, token]) => {
      const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
      const { status } = await fetch(mine.pushUrl, { method: 'POST', headers, body: '{}' });
      return [what, status] as [string, number];
    }),
  );
}
