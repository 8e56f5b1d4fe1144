import { hash } from 'node:crypto';
import { errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose';
import { LRUCache } from 'lru-cache';
import type { Connection } from '#contracts';
import type { Refusal } from './refusals.js';

export type PushIdentity = { serviceAccountId: string };

const clockSkewSeconds = 60;
const maxTokenAgeSeconds = 3_600;
const maxHeaderLength = 4_096;
const maxCachedMs = 10 * 60_000;

/** Takes the token out of an Authorization header; `undefined` when it is not one bearer token of sane size. */
export function bearerToken(authorization: string | undefined): string | undefined {
  if (authorization === undefined || authorization.length > maxHeaderLength) return undefined;
  return /^Bearer ([\w-]+\.[\w-]+\.[\w-]*)$/i.exec(authorization)?.[1];
}

/** What a token with a good signature still has to say to push for this connection. */
export function identityRefusal(claims: JWTPayload, connection: Connection): Refusal | undefined {
  if (claims['email_verified'] !== true) return 'email_unverified';
  if (claims['email'] !== connection.serviceAccountEmail) return 'service_account';
  if (typeof claims.sub !== 'string' || claims.sub === '') return 'token_malformed';
  const pinned = connection.serviceAccountId;
  return pinned === undefined || pinned === claims.sub ? undefined : 'service_account_changed';
}

type Verified = { connection: Connection; identity: PushIdentity; untilMs: number };

/** Verifies Google's OIDC tokens and remembers the good ones, by digest, until they expire. */
export class PushTokens {
  private readonly verified = new LRUCache<string, Verified>({ max: 20_000, ttl: maxCachedMs });
  /** The last good header of each connection: to hash it costs more than all else that is done to it. */
  private readonly last = new WeakMap<Connection, { authorization: string; entry: Verified }>();

  constructor(
    private readonly keys: JWTVerifyGetKey,
    private readonly issuers: string[],
  ) {}

  /**
   * The identity of an Authorization header seen before. It counts only for the very record it was
   * verified against, so editing, pausing or deleting a connection forgets its tokens at once.
   */
  recall(authorization: string, connection: Connection, nowMs: number): PushIdentity | undefined {
    const last = this.last.get(connection);
    // Strings are compared by 16 bytes and more at a time: how long it takes helps nobody to guess a signature.
    if (last !== undefined && last.authorization === authorization && nowMs < last.entry.untilMs)
      return last.entry.identity;
    const token = bearerToken(authorization);
    const entry = token === undefined ? undefined : this.verified.get(cacheKey(token, connection));
    if (entry?.connection !== connection || nowMs >= entry.untilMs) return undefined;
    this.last.set(connection, { authorization, entry });
    return entry.identity;
  }

  /** Checks everything about the token; the body's subscription is checked once the body is read. */
  async verify(token: string, connection: Connection): Promise<PushIdentity | Refusal> {
    try {
      const { payload } = await jwtVerify(token, this.keys, {
        algorithms: ['RS256'],
        issuer: this.issuers,
        audience: connection.audience,
        clockTolerance: clockSkewSeconds,
        maxTokenAge: maxTokenAgeSeconds,
        requiredClaims: ['exp', 'iat', 'aud', 'sub', 'email'],
      });
      if (Array.isArray(payload.aud)) return 'token_audience';
      const refusal = identityRefusal(payload, connection);
      if (refusal !== undefined) return refusal;
      const identity = { serviceAccountId: payload.sub ?? '' };
      // Until its account is pinned, which may fail, each push is looked at anew.
      if (connection.serviceAccountId === undefined) return identity;
      const leftMs = ((payload.exp ?? 0) + clockSkewSeconds) * 1_000 - Date.now();
      const ttl = Math.max(1, Math.min(maxCachedMs, leftMs));
      const untilMs = Date.now() + ttl;
      this.verified.set(cacheKey(token, connection), { connection, identity, untilMs }, { ttl });
      return identity;
    } catch (error) {
      return tokenRefusal(error);
    }
  }
}

function cacheKey(token: string, connection: Connection): string {
  return connection.id + hash('sha256', token, 'base64');
}

/** Only jose's own errors speak of the token; anything else is ours and is thrown on. */
function tokenRefusal(error: unknown): Refusal {
  if (error instanceof errors.JOSEAlgNotAllowed) return 'token_algorithm';
  if (error instanceof errors.JWKSNoMatchingKey) return 'token_key_unknown';
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'token_signature';
  if (error instanceof errors.JWTExpired) return 'token_expired';
  if (error instanceof errors.JWTClaimValidationFailed) {
    switch (error.claim) {
      case 'iss':
        return 'token_issuer';
      case 'aud':
        return 'token_audience';
      case 'iat':
      case 'nbf':
        return error.reason === 'missing' ? 'token_malformed' : 'token_not_yet_valid';
      default:
        return 'token_malformed';
    }
  }
  if (error instanceof errors.JOSEError) return 'token_malformed';
  throw error;
}
