import { randomBytes } from 'node:crypto';

/** 192 random bits in base64url: it stands in a public URL, so nobody may guess another one. */
export function newConnectionId(): string {
  return randomBytes(24).toString('base64url');
}
