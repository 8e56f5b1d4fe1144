/**
 * Why a push was not acknowledged, and what it is answered. Google retries every one of them for up
 * to seven days, so only what may change stands here; what never will is quarantined and acknowledged.
 */
export const refusals = {
  redis_unavailable: 503,
  keys_unavailable: 503,
  overloaded: 503,
  backlog_full: 503,
  unknown_connection: 404,
  connection_paused: 429,
  over_quota: 429,
  over_share: 429,
  content_encoding: 415,
  token_missing: 401,
  token_malformed: 401,
  token_algorithm: 401,
  token_key_unknown: 401,
  token_signature: 401,
  token_issuer: 401,
  token_expired: 401,
  token_not_yet_valid: 401,
  token_audience: 403,
  email_unverified: 403,
  service_account: 403,
  service_account_changed: 403,
  subscription: 403,
  body_incomplete: 400,
  internal_error: 500,
} as const;

export type Refusal = keyof typeof refusals;
