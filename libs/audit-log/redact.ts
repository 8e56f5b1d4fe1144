import { secretsInJson } from './secrets-in-json.js';
import type { Secret } from './secrets-in-text.js';

/** The entry without its secrets, and how many each rule hid. */
export type Redacted = { bytes: Buffer; found: ReadonlyMap<string, number> | undefined };

/**
 * Puts a marker in the place of each secret in a JSON text, and leaves every other byte as it is. Where
 * there is no secret, which costs little to see, the very same Buffer comes back. Never throws.
 */
export function redact(bytes: Buffer): Redacted {
  const secrets = secretsInJson(bytes);
  if (secrets.length === 0) return { bytes, found: undefined };
  const parts: Buffer[] = [];
  const found = new Map<string, number>();
  let at = 0;
  for (const { start, end, ruleId, quote = '' } of merged(secrets)) {
    parts.push(bytes.subarray(at, start), Buffer.from(`${quote}REDACTED-${ruleId}${quote}`));
    found.set(ruleId, (found.get(ruleId) ?? 0) + 1);
    at = end;
  }
  parts.push(bytes.subarray(at));
  return { bytes: Buffer.concat(parts), found };
}

/** In order, and what overlaps as one: a string that is a secret as a whole speaks for those in it. */
function merged(secrets: Secret[]): Secret[] {
  const apart: Secret[] = [];
  for (const secret of secrets.sort((a, b) => a.start - b.start || b.end - a.end)) {
    const last = apart.at(-1);
    if (last && secret.start < last.end) last.end = Math.max(last.end, secret.end);
    else apart.push({ ...secret });
  }
  return apart;
}
